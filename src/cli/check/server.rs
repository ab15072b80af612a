//! The dialogue with the mail server, step by step, in the server's words, and what it comes to.

use std::time::Duration;

use super::Finding;
use crate::config::Config;
use crate::domain::reply::Phase;
use crate::domain::timestamp::Timestamp;
use crate::mail::sender::{ProbeStep, Stage, probe};
use crate::paths;

/// What the dialogue comes to; each of its steps has a line of its own before.
const CHECK: &str = "mail_server";

/// A certificate that ends within this time is warned of: long enough to renew one by hand.
const SOON: Duration = Duration::from_secs(21 * DAY);
const DAY: u64 = 86_400;

/// A real dialogue, up to the point where the server would take a mail to the security email.
pub(super) fn findings(
    config: &Config,
    sender: &str,
    security_email: Option<&str>,
    now: Timestamp,
) -> Vec<Finding> {
    let settings = match config.smtp_settings() {
        Ok(Some(settings)) => settings,
        Ok(None) => {
            let folder = paths::mail_folder(&config.database);
            let words = format!("none is configured; mail is written to '{}'", folder.display());
            return vec![Finding::warning(CHECK, words)];
        }
        Err(error) => {
            let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
            return vec![Finding::broken(CHECK, format!("{error}{hint}"))];
        }
    };
    let server = format!("{}:{}", settings.host, settings.port);
    let steps = probe(&settings, sender, security_email);
    let outcome = match (steps.iter().find(|step| !step.ok), security_email) {
        (Some(step), _) => {
            Finding::broken(CHECK, format!("{server} takes no mail: {} failed", asked(step.stage)))
        }
        (None, Some(email)) => Finding::ok(CHECK, format!("{server} takes mail to '{email}'")),
        (None, None) => Finding::ok(CHECK, format!("{server} takes mail; there is no security email to try")),
    };
    let told = |step: &ProbeStep| finding(step, sender, security_email, now);
    steps.iter().map(told).chain([outcome]).collect()
}

fn finding(step: &ProbeStep, sender: &str, security_email: Option<&str>, now: Timestamp) -> Finding {
    let check = name(step.stage);
    let words = match step.stage {
        Stage::Dialogue(Phase::MailFrom) => format!("from '{sender}': {}", step.words),
        Stage::Dialogue(Phase::RcptTo) => {
            format!("to '{}': {}", security_email.unwrap_or_default(), step.words)
        }
        Stage::Name | Stage::Dialogue(_) => step.words.to_string(),
    };
    if !step.ok {
        return Finding::broken(check, words);
    }
    match step.last_day.map(|day| now.until(day)).filter(|left| *left <= SOON) {
        None => Finding::ok(check, words),
        Some(left) => {
            let days = left.as_secs() / DAY;
            let left = match days {
                0 => "less than a day".to_owned(),
                1 => "1 day".to_owned(),
                _ => format!("{days} days"),
            };
            Finding::warning(check, format!("{words}: {left} left; without a new one mail will stop"))
        }
    }
}

/// What a script knows the step by.
const fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Name => "mail_name",
        Stage::Dialogue(phase) => match phase {
            Phase::Connect => "mail_connect",
            Phase::Tls => "mail_tls",
            Phase::Greeting => "mail_greeting",
            Phase::Ehlo => "mail_ehlo",
            Phase::Auth => "mail_auth",
            Phase::MailFrom => "mail_from",
            Phase::RcptTo | Phase::Data | Phase::Body => "mail_rcpt",
        },
    }
}

/// The step as an administrator of mail calls it.
const fn asked(stage: Stage) -> &'static str {
    match stage {
        Stage::Name => "looking up its name",
        Stage::Dialogue(phase) => match phase {
            Phase::Connect => "connecting",
            Phase::Tls => "TLS",
            Phase::Greeting => "greeting",
            Phase::Ehlo => "EHLO",
            Phase::Auth => "signing in",
            Phase::MailFrom => "MAIL FROM",
            Phase::RcptTo => "RCPT TO",
            Phase::Data | Phase::Body => "DATA",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000);

    fn tls(left: Option<Duration>) -> Finding {
        let step = ProbeStep {
            stage: Stage::Dialogue(Phase::Tls),
            ok: true,
            words: "TLS 1.3".into(),
            last_day: left.map(|left| NOW.plus(left)),
        };
        finding(&step, "a@example.com", None, NOW)
    }

    #[test]
    fn a_certificate_is_warned_of_from_21_days_on() {
        let days = |days: u64| Some(Duration::from_secs(days * DAY));
        let warned = |left| {
            let found = tls(left);
            (found.result == Verdict::Warning).then_some(found.message)
        };
        assert_eq!(warned(None), None);
        assert_eq!(warned(days(22)), None);
        assert_eq!(
            warned(days(21)).unwrap_or_default(),
            "TLS 1.3: 21 days left; without a new one mail will stop"
        );
        for (left, words) in [(days(1), ": 1 day left"), (days(0), ": less than a day left")] {
            let message = warned(left).unwrap_or_default();
            assert!(message.contains(words), "{message}");
        }
    }
}
