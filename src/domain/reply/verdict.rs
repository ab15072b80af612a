//! One table decides what a server's reply means for a delivery and its contact.

use std::fmt;

use super::{EnhancedCode, Reply};

/// The step of the dialogue that a reply or a failure belongs to, in the order of the dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// The name is resolved and the connection made.
    Connect,
    /// The TLS handshake, or STARTTLS before it.
    Tls,
    /// The server's first words.
    Greeting,
    /// EHLO or HELO.
    Ehlo,
    /// Signing in.
    Auth,
    /// MAIL FROM, or RSET before it.
    MailFrom,
    /// RCPT TO.
    RcptTo,
    /// DATA, up to its reply: nothing of the body has left.
    Data,
    /// The body with its dot, and the reply to it: from here on a mail may have been taken without our knowing.
    Body,
}

/// What a reply means for the delivery and its contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The server has taken the mail.
    Sent,
    /// The delivery is tried again later and charged with an attempt.
    Retry,
    /// The delivery has failed for good; the contact is not to blame.
    Failed,
    /// The delivery has failed for good, and the address takes no mail.
    Undeliverable,
    /// The server refuses us, not this mail: nothing is charged, the sender waits.
    BackOff,
}

/// Judges a reply by the first row of the table that fits.
///
/// A 421 (the server closes) needs no row of its own: before RCPT everything means waiting, after it every 4xx
/// means another try.
pub fn judge(phase: Phase, reply: &Reply) -> Verdict {
    TABLE
        .iter()
        .find(|row| row.phases.contains(&phase) && (row.fits)(reply))
        .map_or(Verdict::Retry, |row| row.verdict)
}

impl Phase {
    /// All phases, in the order of the dialogue.
    pub const ALL: [Self; 9] = [
        Self::Connect,
        Self::Tls,
        Self::Greeting,
        Self::Ehlo,
        Self::Auth,
        Self::MailFrom,
        Self::RcptTo,
        Self::Data,
        Self::Body,
    ];

    /// The stable name, for the database and for scripts.
    pub fn id(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Greeting => "greeting",
            Self::Ehlo => "ehlo",
            Self::Auth => "auth",
            Self::MailFrom => "mail_from",
            Self::RcptTo => "rcpt_to",
            Self::Data => "data",
            Self::Body => "body",
        }
    }

    /// The phase of that name.
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.id() == id)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

struct Row {
    phases: &'static [Phase],
    fits: fn(&Reply) -> bool,
    verdict: Verdict,
}

const TABLE: &[Row] = &[
    Row { phases: &[Phase::Body], fits: |reply| reply.is_class(2), verdict: Verdict::Sent },
    // Too big: no other server and no waiting makes the mail smaller.
    Row {
        phases: &[Phase::MailFrom],
        fits: |reply| reply.code == 552 || reply.has(5, 3, 4),
        verdict: Verdict::Failed,
    },
    Row {
        phases: &[Phase::Connect, Phase::Tls, Phase::Greeting, Phase::Ehlo, Phase::Auth, Phase::MailFrom],
        fits: |_| true,
        verdict: Verdict::BackOff,
    },
    // 5.1.7 and 5.1.8 blame the sender's address, whoever the recipient is (RFC 3463 section 3.2).
    Row {
        phases: &[Phase::RcptTo],
        fits: |reply| reply.has(5, 1, 7) || reply.has(5, 1, 8),
        verdict: Verdict::Retry,
    },
    Row {
        phases: &[Phase::RcptTo],
        fits: |reply| match reply.enhanced {
            Some(EnhancedCode(5, 1, _) | EnhancedCode(5, 2, 1)) => true,
            Some(_) => false,
            None => matches!(reply.code, 550 | 551 | 553),
        },
        verdict: Verdict::Undeliverable,
    },
    // A full mailbox gets empty again.
    Row {
        phases: &[Phase::RcptTo],
        fits: |reply| reply.code == 552 || reply.has(5, 2, 2),
        verdict: Verdict::Retry,
    },
    Row {
        phases: &[Phase::RcptTo, Phase::Data, Phase::Body],
        fits: |reply| reply.is_class(5),
        verdict: Verdict::Failed,
    },
    // 4xx, and any other class, which a client must not understand (RFC 5321 section 4.2.1).
    Row { phases: &[Phase::RcptTo, Phase::Data, Phase::Body], fits: |_| true, verdict: Verdict::Retry },
];

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE_MAIL: [Phase; 5] = [Phase::Connect, Phase::Tls, Phase::Greeting, Phase::Ehlo, Phase::Auth];

    fn verdict(phase: Phase, answer: &str) -> Verdict {
        let (code, words) = answer.split_once(' ').unwrap_or((answer, ""));
        judge(phase, &Reply::new(code.parse().expect("a code"), words))
    }

    #[test]
    fn every_row_of_the_table_is_judged_as_designed() {
        use Phase::{Body, Data, MailFrom, RcptTo};
        use Verdict::{BackOff, Failed, Retry, Sent, Undeliverable};
        let rows: &[(Phase, &str, Verdict)] = &[
            (MailFrom, "550 5.7.1 not allowed to send", BackOff),
            (MailFrom, "530 sign in first", BackOff),
            (MailFrom, "451 4.3.0 later", BackOff),
            (MailFrom, "452 4.3.4 too big now", BackOff),
            (MailFrom, "421 4.3.2 closing", BackOff),
            (MailFrom, "552 too big", Failed),
            (MailFrom, "552 5.3.4 too big", Failed),
            (MailFrom, "554 5.3.4 too big", Failed),
            (RcptTo, "550 5.1.1 no such user", Undeliverable),
            (RcptTo, "554 5.1.2 no such domain", Undeliverable),
            (RcptTo, "552 5.1.6 moved", Undeliverable),
            (RcptTo, "550 5.1.10 null mx", Undeliverable),
            (RcptTo, "550 5.1.7 bad sender", Retry),
            (RcptTo, "554 5.1.8 sender's domain not found", Retry),
            (RcptTo, "550 5.2.1 disabled", Undeliverable),
            (RcptTo, "550 no such user", Undeliverable),
            (RcptTo, "551 not local", Undeliverable),
            (RcptTo, "553 bad name", Undeliverable),
            // The class does not match, so there is no enhanced code.
            (RcptTo, "550 4.7.1 odd", Undeliverable),
            (RcptTo, "552 full", Retry),
            (RcptTo, "552 5.2.2 full", Retry),
            (RcptTo, "550 5.2.2 full", Retry),
            (RcptTo, "552 5.7.1 full of rules", Retry),
            (RcptTo, "450 4.7.1 greylisted", Retry),
            (RcptTo, "451 5.1.1 odd", Retry),
            (RcptTo, "421 closing", Retry),
            (RcptTo, "550 5.7.1 relaying denied", Failed),
            (RcptTo, "554 refused", Failed),
            (RcptTo, "503 bad sequence", Failed),
            (Data, "554 5.5.1 no valid recipients", Failed),
            (Data, "550 no", Failed),
            (Data, "552 5.2.2 full", Failed),
            (Data, "451 later", Retry),
            (Data, "421 closing", Retry),
            (Body, "550 5.1.1 no such user after all", Failed),
            (Body, "554 5.7.1 spam", Failed),
            (Body, "552 too big", Failed),
            (Body, "452 4.3.1 disk full", Retry),
            (Body, "421 closing", Retry),
            (Body, "250 2.0.0 queued", Sent),
            (Body, "354 what", Retry),
            (Data, "250 what", Retry),
            (RcptTo, "250 fine", Retry),
        ];
        for (phase, answer, expected) in rows {
            assert_eq!(verdict(*phase, answer), *expected, "{phase}: {answer}");
        }
        for phase in BEFORE_MAIL {
            for answer in ["421 bye", "454 no", "535 5.7.8 no", "550 5.1.1 no", "552 no", "250 x"] {
                assert_eq!(verdict(phase, answer), BackOff, "{phase}: {answer}");
            }
        }
    }

    #[test]
    fn only_the_reply_to_the_dot_can_mean_sent() {
        for phase in Phase::ALL {
            assert_eq!(verdict(phase, "250 ok") == Verdict::Sent, phase == Phase::Body, "{phase}");
        }
    }

    #[test]
    fn phases_are_found_by_their_names_and_ordered_as_they_happen() {
        for phase in Phase::ALL {
            assert_eq!(Phase::parse(phase.id()), Some(phase));
        }
        assert_eq!(Phase::parse("Body"), None);
        assert!(Phase::ALL.is_sorted());
    }
}
