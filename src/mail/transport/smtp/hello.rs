//! EHLO, and what the server offers in its answer (RFC 5321 section 4.1.1.1).

use super::Halt;
use super::line::Line;
use crate::domain::language::Language;
use crate::domain::reply::Phase;
use crate::domain::say::{Say, listed, say, saying};

/// The extensions that this client uses, as offered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Offers {
    /// RFC 2920.
    pub pipelining: bool,
    /// RFC 1870.
    pub size: bool,
    /// RFC 6152.
    pub eight_bit: bool,
    /// RFC 6531.
    pub smtputf8: bool,
    /// RFC 3207.
    pub starttls: bool,
    /// AUTH PLAIN (RFC 4616).
    pub plain: bool,
    /// AUTH LOGIN.
    pub login: bool,
}

/// Says EHLO; where that is refused for good, HELO, which offers nothing.
pub(super) fn hello(line: &mut Line) -> Result<Offers, Halt> {
    let name = line.server().settings.hello_name.clone();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        let words =
            saying!("'{name}' cannot be this machine's name in EHLO", name = name.as_str()).to_string();
        return Err(Halt::broken(Phase::Ehlo, words));
    }
    let patience = line.server().settings.timeouts.command;
    line.say(Phase::Ehlo, format!("EHLO {name}\r\n").as_bytes())?;
    let code = line.hear(Phase::Ehlo, patience)?;
    if code / 100 == 2 {
        return Ok(Offers::read(line.text()));
    }
    let refusal = line.refused(Phase::Ehlo, code);
    if code / 100 != 5 {
        return Err(refusal);
    }
    let second = line
        .say(Phase::Ehlo, format!("HELO {name}\r\n").as_bytes())
        .and_then(|()| line.require(Phase::Ehlo, patience, 2));
    match second {
        Ok(_) => Ok(Offers::default()),
        // The server meant its refusal of EHLO and hung up: that is what to tell.
        Err(Halt::Broken { .. }) => Err(refusal),
        Err(halt) => Err(halt),
    }
}

impl Offers {
    /// Reads the lines after the first, which is the server's name.
    fn read(text: &str) -> Self {
        let mut offers = Self::default();
        for line in text.lines().skip(1) {
            // Old servers write `AUTH=LOGIN`.
            let mut words = line.split([' ', '\t', '=']).filter(|word| !word.is_empty());
            let Some(keyword) = words.next() else {
                continue;
            };
            match keyword.to_ascii_uppercase().as_str() {
                "PIPELINING" => offers.pipelining = true,
                "SIZE" => offers.size = true,
                "8BITMIME" => offers.eight_bit = true,
                "SMTPUTF8" => offers.smtputf8 = true,
                "STARTTLS" => offers.starttls = true,
                "AUTH" => {
                    for mechanism in words {
                        offers.plain |= mechanism.eq_ignore_ascii_case("PLAIN");
                        offers.login |= mechanism.eq_ignore_ascii_case("LOGIN");
                    }
                }
                _ => {}
            }
        }
        offers
    }
}

impl Say for Offers {
    fn say(&self, language: Language) -> String {
        let keywords: Vec<&str> = [
            (self.pipelining, "PIPELINING"),
            (self.size, "SIZE"),
            (self.eight_bit, "8BITMIME"),
            (self.smtputf8, "SMTPUTF8"),
            (self.starttls, "STARTTLS"),
            (self.plain, "AUTH PLAIN"),
            (self.login, "AUTH LOGIN"),
        ]
        .into_iter()
        .filter_map(|(offered, keyword)| offered.then_some(keyword))
        .collect();
        if keywords.is_empty() {
            return say!(language, "offers no extension").to_owned();
        }
        say!(language, "offers {extensions}", extensions = listed(language, keywords))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_read_whatever_their_case_and_odd_lines_are_passed_over() {
        let text = "mail.example.com PIPELINING\npipelining\n\n \nSIZE 10240000\nSize\n8bitmime\n\
                    SMTPUTF8\nSTARTTLS\nauth CRAM-MD5 plain\nAUTH=LOGIN\nX-ODD =\nDSN";
        assert_eq!(
            Offers::read(text),
            Offers {
                pipelining: true,
                size: true,
                eight_bit: true,
                smtputf8: true,
                starttls: true,
                plain: true,
                login: true,
            }
        );
    }

    #[test]
    fn the_first_line_offers_nothing() {
        assert_eq!(Offers::read("PIPELINING"), Offers::default());
        assert_eq!(Offers::read(""), Offers::default());
        assert_eq!(Offers::read("x\nAUTH PLAINTEXT XLOGIN\nXSTARTTLS"), Offers::default());
    }
}
