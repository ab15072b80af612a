//! `check`: whether mail would arrive: configuration, database, key, mail server, security email, coverage, mail that waits.
//!
//! It sends nothing: the dialogue with the server, of which each step is told, ends before the body of a mail.

mod server;

use std::path::Path;

use serde::Serialize;

use super::Common;
use super::context::{config_of, opening};
use super::mailing::waits;
use super::output::Output;
use super::problem::{Exit, Stop};
use super::table::Table;
use super::types::grouped;
use crate::config::{Config, ConfigError, ConfigErrors, Theme};
use crate::domain::account::Account;
use crate::domain::catalogue::Catalogue;
use crate::domain::contact::Status;
use crate::domain::safe_text::safe;
use crate::log;
use crate::operations::coverage::Thin;
use crate::operations::{
    Fault, Lapse, Session, Sharing, StoreError, account, coverage, notices, outbox, sharing,
};
use crate::paths::{self, Environment};

const COVERAGE: &str = "coverage";

/// How one check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Ok,
    Warning,
    Broken,
}

/// One line of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    check: &'static str,
    result: Verdict,
    message: String,
}

impl Verdict {
    const fn words(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Broken => "broken",
        }
    }
}

impl Finding {
    fn ok(check: &'static str, message: impl Into<String>) -> Self {
        Self { check, result: Verdict::Ok, message: message.into() }
    }

    fn warning(check: &'static str, message: impl Into<String>) -> Self {
        Self { check, result: Verdict::Warning, message: message.into() }
    }

    fn broken(check: &'static str, message: impl Into<String>) -> Self {
        Self { check, result: Verdict::Broken, message: message.into() }
    }
}

/// What is wrong with the files that belong to the screen, own keys and an own theme; nothing if all is well.
pub type Door = fn(&Config) -> Vec<ConfigError>;

/// Checks everything that can be reached; what lies behind something broken is not checked.
///
/// # Errors
/// [`Stop`] if the answer cannot be written; what is broken is part of the answer.
pub fn run(common: &Common, output: &mut Output, door: Door) -> Result<Exit, Stop> {
    let findings = findings(common, door);
    if common.json {
        let mut array = output.array();
        findings.iter().try_for_each(|finding| array.push(finding))?;
        array.end()?;
    } else {
        Table::new(["CHECK", "RESULT", "MESSAGE"]).rows(output, findings.iter().map(row).collect())?;
    }
    Ok(exit(&findings))
}

fn row(finding: &Finding) -> [String; 3] {
    [finding.check.to_owned(), finding.result.words().to_owned(), finding.message.clone()]
}

fn exit(findings: &[Finding]) -> Exit {
    match findings.iter().map(|finding| finding.result).max() {
        None | Some(Verdict::Ok) => Exit::Done,
        Some(Verdict::Warning) => Exit::Partly,
        Some(Verdict::Broken) => Exit::Failed,
    }
}

fn findings(common: &Common, door: Door) -> Vec<Finding> {
    let environment = Environment::of_process();
    let config = match config_of(common, &environment) {
        Ok(config) => config,
        Err(errors) => return mistakes(&errors),
    };
    let opening = match opening(&config, &environment) {
        Ok(opening) => opening,
        Err(errors) => return mistakes(&errors),
    };
    let mut findings = configuration(&config);
    findings.extend(screen_files(&config, door));
    let mut security_email = None;
    let mut sender = config.rules().from_email;
    let opened = Session::open(&opening);
    // A file of another program has whatever modes that wants.
    let is_ours = !matches!(opened, Err(StoreError::Foreign { .. }));
    match opened {
        Ok(mut session) => {
            sender = session.return_path_of_a_trial();
            findings.extend(database(&mut session, &opening.database));
            match account::get(&mut session) {
                Ok(account) => {
                    findings.push(security_email_finding(&account));
                    security_email = account.security_email;
                }
                Err(problem) => findings.push(Finding::broken("security_email", problem.to_string())),
            }
            findings.extend(covered(&mut session, security_email.is_some()));
            findings.extend(unreached(&mut session));
            findings.extend(delayed(&mut session));
        }
        Err(error @ StoreError::Key { .. }) => findings.push(Finding::broken("key_file", error.to_string())),
        Err(
            error @ (StoreError::Foreign { .. }
            | StoreError::Newer { .. }
            | StoreError::Damaged { .. }
            | StoreError::Locked { .. }
            | StoreError::ReadOnly { .. }
            | StoreError::DiskFull { .. }
            | StoreError::Unopenable { .. }
            | StoreError::InUse { .. }
            | StoreError::LeaseLost { .. }
            | StoreError::Other { .. }),
        ) => findings.push(Finding::broken("database", error.to_string())),
    }
    if is_ours {
        findings.extend(shared(&sharing(&opening.database), paths::group_name));
    }
    findings.extend(server::findings(&config, &sender, security_email.as_deref(), opening.clock.now()));
    findings.extend(dkim(&config));
    findings
}

fn mistakes(errors: &ConfigErrors) -> Vec<Finding> {
    errors.0.iter().map(|error| Finding::broken("config", error.to_string())).collect()
}

fn configuration(config: &Config) -> Vec<Finding> {
    let file = config
        .file
        .as_ref()
        .map_or_else(|| "there is no file; all is default".to_owned(), |file| file.display().to_string());
    let warnings =
        config.warnings().into_iter().map(|warning| Finding::warning("config", warning.to_string()));
    std::iter::once(Finding::ok("config", file))
        .chain(warnings)
        .chain(public_url(config))
        .chain(log(config))
        .chain(drafts())
        .collect()
}

/// Where no log can be written.
fn log(config: &Config) -> Option<Finding> {
    let words = log::trouble(config.log_folder.as_deref()?)?;
    Some(Finding::warning("log", format!("no log can be written: {words}")))
}

/// Where what is typed on the screen outlives it, if it cannot.
fn drafts() -> Option<Finding> {
    let words = log::trouble(&paths::drafts_folder(&Environment::of_process())?)?;
    Some(Finding::warning("drafts", format!("what is typed on the screen cannot be kept: {words}")))
}

/// Own keys and an own theme, if there are any.
fn screen_files(config: &Config, door: Door) -> Vec<Finding> {
    const CHECK: &str = "screen";
    let mistakes = door(config);
    if !mistakes.is_empty() {
        return mistakes.iter().map(|mistake| Finding::broken(CHECK, mistake.to_string())).collect();
    }
    let theme = match &*config.tui.theme {
        Theme::File(path) => Some(path),
        Theme::Dark | Theme::Light | Theme::Mono | Theme::Contrast => None,
    };
    let files = config.keys_file.iter().chain(theme);
    files.map(|file| Finding::ok(CHECK, safe(&file.to_string_lossy()).into_owned())).collect()
}

/// Where links lead, if mails carry any.
fn public_url(config: &Config) -> Option<Finding> {
    const CHECK: &str = "public_url";
    let url = config.verification.public_url.as_deref()?;
    Some(if url.starts_with("https://") {
        Finding::ok(CHECK, format!("links in mails begin with '{url}/'"))
    } else {
        Finding::warning(CHECK, format!("links in mails begin with '{url}/' and open on this machine only"))
    })
}

/// The structure of the file, what is unusual about its place, and the key, without which no session opens.
fn database(session: &mut Session, file: &Path) -> Vec<Finding> {
    let mut findings = vec![match session.quick_check() {
        Ok(()) => Finding::ok("database", file.display().to_string()),
        Err(problem) => Finding::broken("database", problem.to_string()),
    }];
    findings.extend(session.warnings().iter().map(|warning| Finding::warning("database", warning.clone())));
    findings.push(Finding::ok("key_file", format!("{}.key", file.display())));
    findings
}

/// Who can use the files beside the database: a line if a group shares them, and one for each file that does not follow.
fn shared(sharing: &Sharing, name_of: impl Fn(u32) -> String) -> Vec<Finding> {
    const CHECK: &str = "sharing";
    let group = sharing.group.map(&name_of);
    let findings: Vec<Finding> = sharing
        .lapses
        .iter()
        .map(|lapse| Finding::warning(CHECK, lapse_words(lapse, group.as_deref(), &name_of)))
        .collect();
    match group {
        Some(group) if findings.is_empty() => {
            vec![Finding::ok(CHECK, format!("the group '{group}' uses the database, and nobody else"))]
        }
        Some(_) | None => findings,
    }
}

fn lapse_words(lapse: &Lapse, group: Option<&str>, name_of: &impl Fn(u32) -> String) -> String {
    let file = lapse.file.display();
    let (mode, group) = (lapse.mode, group.unwrap_or_default());
    match lapse.fault {
        Fault::OpenToOthers => {
            format!("'{file}' has mode {mode:04o}, so that others may use it; 'chmod o= FILE' keeps them out")
        }
        Fault::OpenToGroup(own) => format!(
            "'{file}' has mode {mode:04o}, so that the group '{}' may use it, but its folder is not shared; \
             'chmod 600 FILE' closes it",
            name_of(own)
        ),
        Fault::ClosedToGroup => format!(
            "'{file}' has mode {mode:04o}, so that the group '{group}', which shares the folder, cannot use it; \
             'chmod 660 FILE' opens it"
        ),
        Fault::OfOtherGroup(own) => format!(
            "'{file}' belongs to the group '{}', but '{group}' shares the folder; 'chgrp {group} FILE' gives it to them",
            name_of(own)
        ),
    }
}

fn security_email_finding(account: &Account) -> Finding {
    let Some(email) = &account.security_email else {
        return Finding::warning("security_email", "there is none; what nobody else gets is not sent at all");
    };
    match account.security_email_status {
        Some(Status::Verified) => Finding::ok("security_email", format!("'{email}' is verified")),
        Some(status @ (Status::Unverified | Status::CodeSent | Status::Expired | Status::Undeliverable)) => {
            Finding::warning("security_email", format!("'{email}' is not verified: {}", status.words()))
        }
        None => Finding::warning("security_email", format!("'{email}' is not verified")),
    }
}

/// The types that reach nobody or one person only.
fn covered(session: &mut Session, has_security_email: bool) -> Vec<Finding> {
    match coverage::thin(session) {
        Ok(thin) => thin_findings(&thin, has_security_email, session.catalogue()),
        Err(problem) => vec![Finding::broken(COVERAGE, problem.to_string())],
    }
}

fn thin_findings(thin: &Thin, has_security_email: bool, catalogue: &Catalogue) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !thin.nobody.is_empty() {
        let (number, ids) = (types(&thin.nobody), grouped(&thin.nobody, catalogue));
        let one = thin.nobody.len() == 1;
        let (reach, go) = if one { ("reaches", "goes") } else { ("reach", "go") };
        findings.push(Finding::warning(
            COVERAGE,
            if has_security_email {
                format!("{number} {reach} no contact and {go} to the security email: {ids}")
            } else {
                format!("{number} {reach} nobody at all, for there is no security email: {ids}")
            },
        ));
    }
    if !thin.one_person.is_empty() {
        let (number, ids) = (types(&thin.one_person), grouped(&thin.one_person, catalogue));
        let reach = if thin.one_person.len() == 1 { "reaches" } else { "reach" };
        findings.push(Finding::warning(COVERAGE, format!("{number} {reach} one contact only: {ids}")));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(COVERAGE, "every type reaches several contacts"));
    }
    findings
}

fn types(ids: &[String]) -> String {
    if ids.len() == 1 { "1 type".to_owned() } else { format!("{} types", ids.len()) }
}

/// Notices of which nobody got anything; no line if there are none.
fn unreached(session: &mut Session) -> Option<Finding> {
    const CHECK: &str = "notices";
    match notices::unreached_count(session) {
        Ok(0) => None,
        Ok(count) => {
            let notices = if count == 1 { "1 notice".to_owned() } else { format!("{count} notices") };
            let words = "reached nobody: all deliveries failed, and no security email got it";
            Some(Finding::warning(CHECK, format!("{notices} {words}")))
        }
        Err(problem) => Some(Finding::broken(CHECK, problem.to_string())),
    }
}

/// Mail that waits for too long, if there is any.
fn delayed(session: &mut Session) -> Option<Finding> {
    const CHECK: &str = "outbox";
    let now = session.now();
    let totals = match outbox::totals(session) {
        Ok(totals) => totals,
        Err(problem) => return Some(Finding::broken(CHECK, problem.to_string())),
    };
    let waiting = usize::try_from(totals.waiting()).unwrap_or(usize::MAX);
    let since = totals.delayed_since(now)?;
    Some(Finding::warning(CHECK, format!("{}, delayed since {since}", waits(waiting))))
}

/// Whether mail can be signed, what has to be published for that, and whether the signature speaks for the sender.
fn dkim(config: &Config) -> Vec<Finding> {
    const CHECK: &str = "dkim";
    let signer = match config.dkim_signer() {
        Ok(Some(signer)) => signer,
        Ok(None) => return Vec::new(),
        Err(error) => {
            let hint = error.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
            return vec![Finding::broken(CHECK, format!("{error}{hint}"))];
        }
    };
    let record = signer.record().zone_line();
    let mut findings = vec![Finding::ok(CHECK, format!("mail is signed; its DNS must hold: {record}"))];
    let from = config.rules().from_email;
    let from = from.rsplit_once('@').map_or("", |(_, domain)| domain);
    if organisation(from) != organisation(signer.domain()) {
        let words = format!(
            "mail is signed for '{}', but 'mail.from' is at '{from}': to receivers (DMARC) such a signature is none",
            signer.domain()
        );
        findings.push(Finding::warning(CHECK, words));
    }
    findings
}

/// The last two labels of a domain: where they differ, two domains surely belong to different organisations.
fn organisation(domain: &str) -> &str {
    let dots = domain.rmatch_indices('.').map(|(at, _)| at);
    dots.take(2).nth(1).map_or(domain, |at| &domain[at + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subdomains_belong_to_the_same_organisation() {
        assert_eq!(organisation("example.com"), organisation("a.mail.example.com"));
        assert_ne!(organisation("example.com"), organisation("example.org"));
        assert_eq!(organisation("com"), "com");
    }

    #[test]
    fn the_worst_finding_decides() {
        let (ok, warning, broken) =
            (Finding::ok("a", ""), Finding::warning("b", ""), Finding::broken("c", ""));
        assert_eq!(exit(std::slice::from_ref(&ok)), Exit::Done);
        assert_eq!(exit(&[warning.clone(), ok.clone()]), Exit::Partly);
        assert_eq!(exit(&[broken, ok, warning]), Exit::Failed);
    }

    #[test]
    fn files_that_are_shared_wrongly_are_told_with_what_helps() {
        let name = |id: u32| if id == 7 { "callsheet".to_owned() } else { "staff".to_owned() };
        let told = |group, lapses: &[(u32, Fault)]| {
            let lapse =
                |(mode, fault): &(u32, Fault)| Lapse { file: "/d/a.db".into(), mode: *mode, fault: *fault };
            let sharing = Sharing { group, lapses: lapses.iter().map(lapse).collect() };
            let findings = shared(&sharing, name);
            findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>()
        };
        assert!(told(None, &[]).is_empty());
        assert_eq!(told(Some(7), &[]), ["the group 'callsheet' uses the database, and nobody else"]);
        assert_eq!(
            told(
                Some(7),
                &[
                    (0o664, Fault::OpenToOthers),
                    (0o600, Fault::ClosedToGroup),
                    (0o660, Fault::OfOtherGroup(8))
                ]
            ),
            [
                "'/d/a.db' has mode 0664, so that others may use it; 'chmod o= FILE' keeps them out",
                "'/d/a.db' has mode 0600, so that the group 'callsheet', which shares the folder, cannot use it; 'chmod 660 \
                 FILE' opens it",
                "'/d/a.db' belongs to the group 'staff', but 'callsheet' shares the folder; 'chgrp callsheet FILE' gives it to \
                 them",
            ]
        );
        assert_eq!(
            told(None, &[(0o640, Fault::OpenToGroup(8))]),
            [
                "'/d/a.db' has mode 0640, so that the group 'staff' may use it, but its folder is not shared; 'chmod 600 FILE' \
              closes it"
            ]
        );
    }

    #[test]
    fn types_that_reach_nobody_or_one_person_only_are_told_category_by_category() {
        let thin = |nobody: &[&str], one_person: &[&str]| Thin {
            nobody: nobody.iter().map(|id| (*id).to_owned()).collect(),
            one_person: one_person.iter().map(|id| (*id).to_owned()).collect(),
        };
        let told = |thin: &Thin, has_security_email: bool| {
            let findings = thin_findings(thin, has_security_email, &Catalogue::built_in());
            findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>()
        };
        assert_eq!(told(&thin(&[], &[]), false), ["every type reaches several contacts"]);
        let some = thin(&["account.funds"], &["service.contract", "service.billing", "service.invoice"]);
        assert_eq!(
            told(&some, true),
            [
                "1 type reaches no contact and goes to the security email: account.funds",
                "3 types reach one contact only: service (all 3)"
            ]
        );
        assert_eq!(
            told(&some, false)[0],
            "1 type reaches nobody at all, for there is no security email: account.funds"
        );
    }
}
