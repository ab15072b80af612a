//! Signing in: AUTH PLAIN and AUTH LOGIN (RFC 4954, RFC 4616).
//!
//! The password goes to nobody but the server, and only in TLS or within this machine. It is wiped from our
//! buffers, and cut out of a server's answer that repeats it.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;
use secrecy::zeroize::Zeroizing;

use super::hello::Offers;
use super::line::{Line, Protection, out_of_turn};
use super::{Credentials, Halt};
use crate::domain::reply::{Phase, Reply};
use crate::domain::say::saying;

/// The longest command line, in octets with CRLF (RFC 5321 section 4.5.3.1.4).
const LONGEST_COMMAND: usize = 512;

/// Signs in with what the server offers, PLAIN before LOGIN. Returns the name of the mechanism.
pub(super) fn sign_in(
    line: &mut Line,
    offers: Offers,
    credentials: &Credentials,
) -> Result<&'static str, Halt> {
    let server = &line.server().name;
    if !may_sign_in(line.protection(), line.peer()) {
        let words = saying!(
            "the password is not sent to {server} without TLS; set security to starttls or tls",
            server = server.as_str()
        )
        .to_string();
        return Err(Halt::broken(Phase::Auth, words));
    }
    let password = credentials.password.expose_secret();
    if credentials.username.contains('\0') || password.contains('\0') {
        let words = saying!("user name and password cannot hold a NUL character").to_string();
        return Err(Halt::broken(Phase::Auth, words));
    }
    if offers.plain {
        plain(line, &credentials.username, password).map(|()| "PLAIN")
    } else if offers.login {
        login(line, &credentials.username, password).map(|()| "LOGIN")
    } else {
        let words = saying!("{server} offers neither AUTH PLAIN nor AUTH LOGIN", server = server.as_str())
            .to_string();
        Err(Halt::broken(Phase::Auth, words))
    }
}

/// A password leaves in TLS, or in clear when it does not leave this machine.
fn may_sign_in(protection: Protection, peer: IpAddr) -> bool {
    match protection {
        Protection::Tls => true,
        Protection::Clear => peer.to_canonical().is_loopback(),
    }
}

fn plain(line: &mut Line, username: &str, password: &str) -> Result<(), Halt> {
    let answer = Zeroizing::new(format!("\0{username}\0{password}"));
    let answer = encoded(&answer);
    let secrets = [answer.as_str(), password];
    let command = Zeroizing::new(format!("AUTH PLAIN {}\r\n", answer.as_str()));
    if command.len() <= LONGEST_COMMAND {
        line.say(Phase::Auth, command.as_bytes())?;
    } else {
        line.say(Phase::Auth, b"AUTH PLAIN\r\n")?;
        hear(line, 334, &secrets)?;
        say(line, &answer)?;
    }
    hear(line, 235, &secrets)
}

fn login(line: &mut Line, username: &str, password: &str) -> Result<(), Halt> {
    let answer = encoded(password);
    let secrets = [answer.as_str(), password];
    line.say(Phase::Auth, b"AUTH LOGIN\r\n")?;
    hear(line, 334, &secrets)?;
    say(line, &encoded(username))?;
    hear(line, 334, &secrets)?;
    say(line, &answer)?;
    hear(line, 235, &secrets)
}

fn encoded(text: &str) -> Zeroizing<String> {
    Zeroizing::new(STANDARD.encode(text))
}

fn say(line: &mut Line, answer: &str) -> Result<(), Halt> {
    let bytes = Zeroizing::new(format!("{answer}\r\n"));
    line.say(Phase::Auth, bytes.as_bytes())
}

fn hear(line: &mut Line, wanted: u16, secrets: &[&str]) -> Result<(), Halt> {
    let patience = line.server().settings.timeouts.command;
    let code = line.hear(Phase::Auth, patience)?;
    if code == wanted {
        return Ok(());
    }
    let phase = Phase::Auth;
    let reply = Reply::new(code, &without(secrets, line.text()));
    if matches!(code / 100, 4 | 5) {
        return Err(Halt::Refused { phase, reply });
    }
    let server = &line.server().name;
    Err(out_of_turn(server, phase, &reply))
}

fn without(secrets: &[&str], text: &str) -> String {
    secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .fold(text.to_owned(), |text, secret| text.replace(secret, "••••"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_password_leaves_this_machine_in_tls_only() {
        for peer in ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"] {
            assert!(may_sign_in(Protection::Clear, peer.parse().unwrap()), "{peer}");
        }
        for peer in ["192.0.2.1", "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.1", "0.0.0.0"] {
            assert!(!may_sign_in(Protection::Clear, peer.parse().unwrap()), "{peer}");
            assert!(may_sign_in(Protection::Tls, peer.parse().unwrap()), "{peer}");
        }
    }

    #[test]
    fn a_secret_that_the_server_repeats_is_cut_out() {
        assert_eq!(without(&["aHVzaA==", "hush", ""], "wrong: hush (aHVzaA==)"), "wrong: •••• (••••)");
    }
}
