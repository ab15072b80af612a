//! Problems: what the command line says when something cannot be done, and with which exit code it ends.
//!
//! An error says what could not be done and why; a hint names one way on. It never writes anything; output does.

use super::explain::why;
use crate::domain::contact_form::FieldProblem;
use crate::domain::notice::NoticeProblem;
use crate::operations::account::{AccountField, AccountWrong};
use crate::operations::{Problem, StoreError};

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: failed.
    Failed,
    /// 2: wrong usage or an invalid value; nothing was changed.
    Usage,
    /// 3: done in part.
    Partly,
    /// 4: no such contact or delivery.
    NoSuch,
    /// What a mail server wants to know of a command that takes mail.
    Mail(MailExit),
}

/// Why a mail was not taken, by the numbers of BSD's `sysexits.h`, which mail servers understand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailExit {
    /// 64 `EX_USAGE`: wrong arguments.
    Usage,
    /// 65 `EX_DATAERR`: what came is no mail.
    NoMail,
    /// 66 `EX_NOINPUT`: standard input cannot be read.
    NoInput,
    /// 75 `EX_TEMPFAIL`: the mail can be taken later; the server keeps it.
    Later,
    /// 78 `EX_CONFIG`: as it is configured nothing can be taken.
    Configuration,
}

/// Why a command ended before its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Nobody reads standard output any more; that is no failure.
    ClosedPipe,
    Failed(Report),
}

/// What is said about a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub exit: Exit,
    /// A sentence without a full stop.
    pub error: String,
    /// Causes, one a line, for example one for each wrong field.
    pub details: Vec<String>,
    pub hint: Option<String>,
}

impl Exit {
    /// The number that the shell sees.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Partly => 3,
            Self::NoSuch => 4,
            Self::Mail(MailExit::Usage) => 64,
            Self::Mail(MailExit::NoMail) => 65,
            Self::Mail(MailExit::NoInput) => 66,
            Self::Mail(MailExit::Later) => 75,
            Self::Mail(MailExit::Configuration) => 78,
        }
    }
}

impl Report {
    /// Something failed: exit 1.
    #[must_use]
    pub fn failed(error: impl Into<String>) -> Self {
        Self::new(Exit::Failed, error)
    }

    /// Wrong usage: exit 2.
    #[must_use]
    pub fn usage(error: impl Into<String>) -> Self {
        Self::new(Exit::Usage, error)
    }

    #[must_use]
    pub fn new(exit: Exit, error: impl Into<String>) -> Self {
        Self { exit, error: error.into(), details: Vec::new(), hint: None }
    }

    /// The same with one more cause.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    /// The same with this hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<Report> for Stop {
    fn from(report: Report) -> Self {
        Self::Failed(report)
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem.into())
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<StoreError> for Report {
    fn from(error: StoreError) -> Self {
        let report = Self::failed(error.to_string());
        match error {
            StoreError::Foreign { .. } => {
                report.hint("the file was left untouched; name another one with '--db FILE'")
            }
            StoreError::Newer { .. } => report.hint("the file was left untouched; use a newer callsheet"),
            StoreError::Locked { .. } => report.hint("end the other program, or try again"),
            StoreError::DiskFull { .. } => report.hint("nothing was changed; make room and try again"),
            StoreError::Damaged { .. } => {
                report.hint("'callsheet restore FILE' puts a backup in its place and keeps what is there")
            }
            StoreError::ReadOnly { .. }
            | StoreError::Unopenable { .. }
            | StoreError::InUse { .. }
            | StoreError::Key { .. }
            | StoreError::LeaseLost { .. }
            | StoreError::Other { .. } => report,
        }
    }
}

impl From<Problem> for Report {
    fn from(problem: Problem) -> Self {
        let report = Self::new(exit_of(&problem), problem.to_string());
        match problem {
            Problem::Invalid(problems) => invalid_fields(&problems),
            Problem::InvalidAccount(problems) => invalid_account(&problems),
            Problem::Conflict { theirs } => {
                report.hint(format!("'callsheet show {}' tells what it is now", theirs.id.0))
            }
            Problem::InvalidNotice(problems) => invalid_notice(&problems),
            Problem::KeyUsed { .. } => report.hint("use another key, or the same type, subject and body"),
            Problem::NoSuchNotice(_) => report.hint("'callsheet outbox' shows all deliveries"),
            Problem::WouldNotReceive { message_type, reason, .. } => {
                Report { error: format!("{}: {}", report.error, why(reason)), ..report }
                    .hint(format!("'callsheet explain {message_type}' tells who would"))
            }
            Problem::HasUnsubscribed { .. } => {
                report.hint("'--again' subscribes all the same; ask the recipient first")
            }
            Problem::NoSuchContact(_) => report.hint("'callsheet list' shows all contacts"),
            Problem::AmbiguousName { .. } => report.hint("name the contact by its id or its email"),
            Problem::NoSuchDelivery(_) => report.hint("'callsheet outbox' shows all deliveries"),
            Problem::NoSecurityEmail => report.hint("'callsheet account --security-email EMAIL' sets it"),
            Problem::NotACode(_) => report.hint("this cost no try"),
            Problem::WrongCode { tries_left: 0 } | Problem::CodeVoid(_) | Problem::NoCode { .. } => {
                report.hint("'callsheet resend CONTACT' sends a new code")
            }
            Problem::NotVerified { .. } => {
                report.hint("'callsheet verify CONTACT CODE' enters the code that was sent")
            }
            Problem::Store(error) => error.into(),
            Problem::NoRandomness(_)
            | Problem::NoMessage
            | Problem::InvalidKey(_)
            | Problem::WrongState { .. }
            | Problem::WrongCode { .. }
            | Problem::AlreadyVerified { .. }
            | Problem::NoPendingChange(_)
            | Problem::Limited { .. } => report,
        }
    }
}

fn exit_of(problem: &Problem) -> Exit {
    match problem {
        Problem::Invalid(_)
        | Problem::InvalidAccount(_)
        | Problem::AmbiguousName { .. }
        | Problem::InvalidNotice(_)
        | Problem::InvalidKey(_)
        | Problem::KeyUsed { .. }
        | Problem::NotACode(_)
        | Problem::NoMessage => Exit::Usage,
        Problem::NoSuchContact(_) | Problem::NoSuchDelivery(_) | Problem::NoSuchNotice(_) => Exit::NoSuch,
        Problem::Conflict { .. }
        | Problem::WrongState { .. }
        | Problem::WouldNotReceive { .. }
        | Problem::HasUnsubscribed { .. }
        | Problem::NoSecurityEmail
        | Problem::WrongCode { .. }
        | Problem::CodeVoid(_)
        | Problem::NoCode { .. }
        | Problem::AlreadyVerified { .. }
        | Problem::NoPendingChange(_)
        | Problem::Limited { .. }
        | Problem::NotVerified { .. }
        | Problem::NoRandomness(_)
        | Problem::Store(_) => Exit::Failed,
    }
}

fn invalid_fields(problems: &[FieldProblem]) -> Report {
    let report = Report::usage("the contact was not saved");
    problems
        .iter()
        .fold(report, |report, problem| report.detail(format!("{}: {}", problem.field.id(), problem.message)))
}

/// Everything that is wrong with a notice; the first hint of them.
fn invalid_notice(problems: &[NoticeProblem]) -> Report {
    let report = Report::usage("the notice was not queued");
    let report = problems.iter().fold(report, |report, problem| report.detail(problem.wrong.to_string()));
    match problems.iter().find_map(|problem| problem.hint.clone()) {
        Some(hint) => report.hint(hint),
        None => report,
    }
}

fn invalid_account(problems: &[(AccountField, AccountWrong)]) -> Report {
    let option = |field| match field {
        AccountField::Name => "name",
        AccountField::SecurityEmail => "security-email",
        AccountField::Language => "language",
    };
    let report = Report::usage("the account was not saved");
    problems
        .iter()
        .fold(report, |report, (field, message)| report.detail(format!("{}: {message}", option(*field))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::contact_form::{Field, Wrong};
    use crate::domain::email_address::EmailError;
    use crate::domain::name::NameError;
    use crate::domain::timestamp::Timestamp;
    use crate::domain::verification::{Limit, LimitKind, NotACode, VoidReason};

    fn exit(problem: Problem) -> u8 {
        Report::from(problem).exit.code()
    }

    #[test]
    fn each_problem_has_the_exit_code_of_the_manual() {
        let now = Timestamp::from_millis(0);
        let limit = Limit { kind: LimitKind::CoolDown, until: now };
        assert_eq!(exit(Problem::Invalid(vec![])), 2);
        assert_eq!(exit(Problem::AmbiguousName { name: "ada".into(), ids: vec![1, 2] }), 2);
        assert_eq!(exit(Problem::NotACode(NotACode::Length(3))), 2);
        assert_eq!(exit(Problem::NoSuchContact("ada".into())), 4);
        assert_eq!(exit(Problem::NoSuchDelivery(9)), 4);
        assert_eq!(exit(Problem::WrongCode { tries_left: 4 }), 1);
        assert_eq!(exit(Problem::CodeVoid(VoidReason::TimeOver)), 1);
        assert_eq!(exit(Problem::Limited { limit, now }), 1);
        assert_eq!(exit(Problem::NoSecurityEmail), 1);
        assert_eq!(exit(Problem::Store(StoreError::Locked { file: "f".into() })), 1);
    }

    #[test]
    fn every_wrong_field_has_its_line() {
        let report = Report::from(Problem::Invalid(vec![
            FieldProblem { field: Field::Name, message: Wrong::Name(NameError::Missing) },
            FieldProblem { field: Field::Email, message: Wrong::Email(EmailError::NoAt) },
        ]));
        assert_eq!(
            report.details,
            ["name: a name is required", "email: an address has one @; this one has none"]
        );
    }
}
