//! A bounce: what a server tells later about a mail that it had taken, and what that means for the delivery and its contact.
//!
//! Nothing here knows where a report came from; whoever reads one has to know whose delivery it is before it means anything.

use super::fold::fold_case;
use super::reply::{EnhancedCode, LONGEST_TEXT, Phase, Reply, Verdict, escape, judge};
use super::say::{Said, saying};

/// A report about the delivery of one mail (RFC 3464).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Everybody it tells of: more than one if the address stands for several people.
    pub recipients: Vec<RecipientReport>,
    /// The step at which the server refused, as far as the text for people tells: the body, or before it.
    pub phase: Phase,
}

/// What a report tells of one recipient (RFC 3464 section 2.3); nothing in it is escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientReport {
    /// The bare address at which it ended.
    pub final_recipient: Option<String>,
    /// The bare address to which it was sent first.
    pub original_recipient: Option<String>,
    pub action: Action,
    pub status: Option<EnhancedCode>,
    /// The words of the server that refused, on one line, without their type.
    pub diagnostic: Option<String>,
}

/// What was done with the mail for one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It will not be delivered.
    Failed,
    /// It is still tried.
    Delayed,
    Delivered,
    /// It went to a server that tells no more.
    Relayed,
    /// It went to the members of a list.
    Expanded,
}

/// What a report means; the words are escaped, and in English: where they are shown they are said again by `retold`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// The mail has not arrived and will not; `undeliverable`: because of the address itself.
    Failed { words: String, undeliverable: bool },
    /// Something to be shown that decides nothing.
    Noted { words: String },
}

impl Action {
    /// The action of this name, in any case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let all = [Self::Failed, Self::Delayed, Self::Delivered, Self::Relayed, Self::Expanded];
        all.into_iter().find(|action| action.id().eq_ignore_ascii_case(name))
    }

    const fn id(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Delayed => "delayed",
            Self::Delivered => "delivered",
            Self::Relayed => "relayed",
            Self::Expanded => "expanded",
        }
    }

    /// What stands before the server's words; `other` is the address that it happened to, if it is another than the mail's.
    fn said(self, other: Option<&str>) -> Said {
        match (self, other) {
            (Self::Failed, None) => saying!("came back"),
            (Self::Failed, Some(other)) => saying!("came back from '{other}'", other = other),
            (Self::Delayed, None) => saying!("delayed, the server goes on trying"),
            (Self::Delayed, Some(other)) => {
                saying!("delayed, the server goes on trying '{other}'", other = other)
            }
            (Self::Delivered, None) => saying!("delivered"),
            (Self::Delivered, Some(other)) => saying!("delivered to '{other}'", other = other),
            (Self::Relayed, None) => saying!("passed on to a server that tells no more"),
            (Self::Relayed, Some(other)) => {
                saying!("passed on for '{other}' to a server that tells no more", other = other)
            }
            (Self::Expanded, None) => saying!("passed on to the members of a list"),
            (Self::Expanded, Some(other)) => {
                saying!("passed on to the members of the list '{other}'", other = other)
            }
        }
    }
}

/// What a report means for the mail that was sent to this address; nothing if it tells of nobody.
///
/// A failure at another address, to which the mail was passed on, fails the delivery, but not the address: it may stand for more
/// people than the one whom it did not reach.
#[must_use]
pub fn meaning(report: &Report, address: &str) -> Option<Meaning> {
    let named: Vec<&RecipientReport> =
        report.recipients.iter().filter(|recipient| recipient.names(address) == Some(true)).collect();
    let told = if named.is_empty() { report.recipients.iter().collect() } else { named };
    let shown = told.iter().find(|recipient| recipient.action != Action::Failed).or_else(|| told.first())?;
    let words = shown.words(address);
    if shown.action != Action::Failed {
        return Some(Meaning::Noted { words });
    }
    let undeliverable = shown.names(address) != Some(false) && shown.blames_address(report.phase);
    Some(Meaning::Failed { words, undeliverable })
}

impl RecipientReport {
    /// Whether one of its addresses is this; none if it has none.
    fn names(&self, address: &str) -> Option<bool> {
        let own: Vec<&String> =
            [&self.final_recipient, &self.original_recipient].into_iter().flatten().collect();
        let wanted = fold_case(address);
        (!own.is_empty()).then(|| own.iter().any(|own| fold_case(own) == wanted))
    }

    fn words(&self, address: &str) -> String {
        let other = self.final_recipient.as_deref().filter(|_| self.names(address) == Some(false));
        let report = self.action.said(other);
        let reply = self.reply();
        let told = match (&self.diagnostic, reply) {
            (Some(_), Some(reply)) => reply.to_string(),
            (Some(text), None) => [self.status.map(|status| status.to_string()).as_deref(), Some(text)]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" "),
            (None, _) => self.status.map(|status| status.to_string()).unwrap_or_default(),
        };
        let words =
            if told.is_empty() { report } else { saying!("{report}: {told}", report = report, told = told) };
        escape(&words.to_string(), LONGEST_TEXT)
    }

    /// Whether the address takes no mail, by the row of the table for RCPT. Without an enhanced code a refusal counts only if it
    /// came before the body: after it a server refuses what the mail says.
    fn blames_address(&self, phase: Phase) -> bool {
        let reply = self.reply().or_else(|| {
            self.status.map(|status| Reply { code: 550, enhanced: Some(status), text: String::new() })
        });
        reply.is_some_and(|reply| {
            let phase = if reply.enhanced.is_some() { Phase::RcptTo } else { phase };
            judge(phase, &reply) == Verdict::Undeliverable
        })
    }

    /// The server's reply that the diagnostic holds. Where it has no enhanced code, the status is it, unless that says only that
    /// something went wrong (x.0.0).
    fn reply(&self) -> Option<Reply> {
        let text = self.diagnostic.as_deref()?;
        let (code, words) = text.split_at_checked(3)?;
        let is_code = code.bytes().all(|byte| byte.is_ascii_digit())
            && !words.starts_with(|c: char| c.is_alphanumeric());
        let code: u16 = if is_code { code.parse().ok()? } else { return None };
        if !(200..600).contains(&code) {
            return None;
        }
        let mut reply = Reply::new(code, words.trim_start_matches(['-', ' ']));
        let own = self.status.filter(|status| (status.1, status.2) != (0, 0));
        reply.enhanced = reply.enhanced.or(own.filter(|own| u16::from(own.0) == code / 100));
        Some(reply)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: &str = "ada@example.org";

    fn recipient(action: Action, status: &str, diagnostic: &str) -> RecipientReport {
        RecipientReport {
            final_recipient: Some(ADA.to_owned()),
            original_recipient: None,
            action,
            status: EnhancedCode::parse(status),
            diagnostic: Some(diagnostic.to_owned()).filter(|text| !text.is_empty()),
        }
    }

    fn report(recipients: &[RecipientReport]) -> Report {
        Report { recipients: recipients.to_vec(), phase: Phase::RcptTo }
    }

    fn failed(status: &str, diagnostic: &str) -> (String, bool) {
        match meaning(&report(&[recipient(Action::Failed, status, diagnostic)]), ADA) {
            Some(Meaning::Failed { words, undeliverable }) => (words, undeliverable),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_blames_the_address_makes_it_undeliverable_and_nothing_else_does() {
        let rows: &[(&str, &str, &str, bool)] = &[
            ("5.1.1", "550 5.1.1 no such user", "came back: 550 5.1.1 no such user", true),
            ("5.1.1", "unknown user: \"ada\"", "came back: 5.1.1 unknown user: \"ada\"", true),
            ("5.1.1", "", "came back: 5.1.1", true),
            ("5.1.10", "550 5.1.10 not found", "came back: 550 5.1.10 not found", true),
            ("5.2.1", "550 5.2.1 disabled", "came back: 550 5.2.1 disabled", true),
            ("5.0.0", "550 no such user", "came back: 550 no such user", true),
            ("5.0.0", "550 5.1.1 no such user", "came back: 550 5.1.1 no such user", true),
            ("5.1.1", "550 no such user", "came back: 550 5.1.1 no such user", true),
            (
                "5.0.0",
                "550-5.1.1 The account 550 5.1.1 is not here",
                "came back: 550 5.1.1 The account 550 5.1.1 is not here",
                true,
            ),
            ("", "551 not local", "came back: 551 not local", true),
            ("5.7.1", "550 5.7.1 spam", "came back: 550 5.7.1 spam", false),
            ("5.7.1", "550 no such user", "came back: 550 5.7.1 no such user", false),
            ("5.1.8", "550 5.1.8 who are you", "came back: 550 5.1.8 who are you", false),
            ("5.2.2", "552 5.2.2 full", "came back: 552 5.2.2 full", false),
            ("5.0.0", "552 full", "came back: 552 full", false),
            ("5.0.0", "554 no", "came back: 554 no", false),
            ("4.4.1", "connection timed out", "came back: 4.4.1 connection timed out", false),
            ("4.4.7", "", "came back: 4.4.7", false),
            ("5.0.0", "", "came back: 5.0.0", false),
            ("", "", "came back", false),
            // What is no reply is only words.
            ("5.0.0", "5500 no", "came back: 5.0.0 5500 no", false),
            ("", "999 no", "came back: 999 no", false),
            ("", "é", "came back: é", false),
        ];
        for (status, diagnostic, words, undeliverable) in rows {
            assert_eq!(
                failed(status, diagnostic),
                ((*words).to_owned(), *undeliverable),
                "{status} {diagnostic}"
            );
        }
    }

    #[test]
    fn a_refusal_of_the_body_without_an_enhanced_code_does_not_blame_the_address() {
        let mut told = report(&[recipient(Action::Failed, "5.0.0", "550 we do not like this")]);
        told.phase = Phase::Body;
        assert!(matches!(meaning(&told, ADA), Some(Meaning::Failed { undeliverable: false, .. })));
        // An enhanced code says what is wrong wherever it is said.
        told.recipients[0].status = EnhancedCode::parse("5.1.1");
        assert!(matches!(meaning(&told, ADA), Some(Meaning::Failed { undeliverable: true, .. })));
    }

    #[test]
    fn everything_but_a_failure_is_noted() {
        for (action, words) in [
            (Action::Delayed, "delayed, the server goes on trying: 451 4.4.1 busy"),
            (Action::Delivered, "delivered: 451 4.4.1 busy"),
            (Action::Relayed, "passed on to a server that tells no more: 451 4.4.1 busy"),
            (Action::Expanded, "passed on to the members of a list: 451 4.4.1 busy"),
        ] {
            let told = report(&[recipient(action, "4.4.1", "451 4.4.1 busy")]);
            assert_eq!(meaning(&told, ADA), Some(Meaning::Noted { words: words.to_owned() }));
        }
        assert_eq!(meaning(&report(&[]), ADA), None);
    }

    #[test]
    fn a_failure_behind_the_address_fails_the_delivery_and_not_the_address() {
        let mut other = recipient(Action::Failed, "5.1.1", "550 5.1.1 no such user");
        other.final_recipient = Some("ada@elsewhere.example".to_owned());
        let words = "came back from 'ada@elsewhere.example': 550 5.1.1 no such user".to_owned();
        assert_eq!(
            meaning(&report(std::slice::from_ref(&other)), ADA),
            Some(Meaning::Failed { words, undeliverable: false })
        );
        // The server that was given the mail says as whom it knew the recipient.
        other.original_recipient = Some("ADA@example.org".to_owned());
        assert!(matches!(meaning(&report(&[other]), ADA), Some(Meaning::Failed { undeliverable: true, .. })));
        let mut nobody = recipient(Action::Failed, "5.1.1", "");
        nobody.final_recipient = None;
        assert!(matches!(
            meaning(&report(&[nobody]), ADA),
            Some(Meaning::Failed { undeliverable: true, .. })
        ));
    }

    #[test]
    fn of_several_recipients_the_address_itself_decides_and_one_who_got_it_saves_the_rest() {
        let mut member = recipient(Action::Failed, "5.1.1", "550 5.1.1 no such user");
        member.final_recipient = Some("bob@elsewhere.example".to_owned());
        let mut reached = recipient(Action::Relayed, "2.0.0", "250 ok");
        reached.final_recipient = Some("cleo@elsewhere.example".to_owned());
        assert!(matches!(meaning(&report(&[member.clone(), reached]), ADA), Some(Meaning::Noted { .. })));
        let own = recipient(Action::Expanded, "2.0.0", "");
        assert!(matches!(meaning(&report(&[member, own]), ADA), Some(Meaning::Noted { .. })));
    }

    #[test]
    fn hostile_words_are_escaped_and_cut() {
        let (words, _) = failed("5.1.1", &format!("550 5.1.1 \u{1b}]0;x\u{7}{}", "y".repeat(2_000)));
        assert!(words.starts_with("came back: 550 5.1.1 \\u{1b}]0;x\\u{7}y"), "{words}");
        assert!(words.chars().count() <= LONGEST_TEXT);
        let mut other = recipient(Action::Failed, "", "");
        other.final_recipient = Some("a\u{202e}b@c".to_owned());
        let told = meaning(&report(&[other]), ADA);
        assert!(
            matches!(told, Some(Meaning::Failed { words, .. }) if words == "came back from 'a\\u{202e}b@c'")
        );
    }

    #[test]
    fn actions_are_read_in_any_case() {
        assert_eq!(Action::parse("Failed"), Some(Action::Failed));
        assert_eq!(Action::parse("DELAYED"), Some(Action::Delayed));
        assert_eq!(Action::parse("bounced"), None);
    }
}
