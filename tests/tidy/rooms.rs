//! Who may know whom. A room is a folder of `src` with the file beside it; what a room may name is written down here, and
//! everything else is refused.
//!
//! ```text
//!   main, lib, doors ──▶ everyone
//!   tui   cli   web              never each other
//!     └────┼─────┘
//!          ▼
//!   operations   mail::sender
//!          │          ├──▶ mail::transport
//!          ▼          ▼
//!   store   exchange   mail::compose   mail::incoming
//!          │                 └──▶ mail::markup ◀──┘
//!          ▼
//!       domain                   knows nobody
//! ```
//!
//! Beside them stand `paths`, `config` and `clock`, which alone ask the system for folders, settings and the time. `config`
//! and `paths` make what the lower rooms ask for (rules, letterhead, server, actor); those never ask for settings themselves.

use crate::tidy::source::{Named, Source, named, tokens};

/// A part of the program and the rooms it may name, itself left out.
struct Room {
    /// Path in the crate, `mail::sender` for `src/mail/sender.rs` and `src/mail/sender/`.
    name: &'static str,
    knows: &'static [&'static str],
}

const ROOMS: &[Room] = &[
    Room { name: "domain", knows: &[] },
    Room { name: "clock", knows: &["domain"] },
    Room { name: "paths", knows: &["domain", "operations"] },
    Room {
        name: "config",
        knows: &["domain", "paths", "operations", "mail::compose", "mail::dkim", "mail::transport"],
    },
    Room { name: "log", knows: &["domain", "config", "clock"] },
    Room { name: "store", knows: &["domain", "clock"] },
    Room { name: "exchange", knows: &["domain"] },
    Room { name: "mail::markup", knows: &["domain"] },
    Room { name: "mail::compose", knows: &["domain", "mail::markup"] },
    Room { name: "mail::dkim", knows: &["domain"] },
    Room { name: "mail::incoming", knows: &["domain", "mail::markup"] },
    Room { name: "mail::returned", knows: &["domain", "mail::incoming"] },
    Room { name: "mail::transport", knows: &["domain", "clock"] },
    Room {
        name: "mail::sender",
        knows: &["domain", "store", "mail::compose", "mail::dkim", "mail::transport", "clock"],
    },
    Room {
        name: "operations",
        knows: &["domain", "store", "mail::compose", "mail::incoming", "mail::returned", "exchange", "clock"],
    },
    Room { name: "tui", knows: &["domain", "operations", "mail::sender", "config", "paths", "clock"] },
    Room { name: "cli", knows: &["domain", "operations", "mail::sender", "config", "paths", "clock", "log"] },
    Room { name: "web", knows: &["domain", "operations", "mail::sender", "config", "paths", "clock"] },
];

/// These put the rooms together and may name every one; `mail` only declares its rooms.
const FACES: &[&str] = &["src/lib.rs", "src/main.rs", "src/mail.rs", "src/doors.rs"];

/// Crates that only some rooms may name.
const CRATES: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("rusqlite_migration", &["store"]),
    ("lettre", &["mail"]),
    ("mail_parser", &["mail::incoming", "mail::markup", "mail::returned"]),
    ("rustls", &["mail::transport"]),
    ("rustls_native_certs", &["mail::transport"]),
    ("rustls_pki_types", &["mail::transport", "mail::dkim"]),
    ("ring", &["mail::dkim", "mail::transport"]),
    ("ratatui", &["tui"]),
    ("ratatui_textarea", &["tui"]),
    ("crossterm", &["tui"]),
    ("crokey", &["tui"]),
    ("tui_input", &["tui"]),
    ("tracing_subscriber", &["log", "mail::sender"]),
    ("axum", &["web"]),
    ("hyper", &["web"]),
    ("hyper_util", &["web"]),
    ("tokio", &["web"]),
];

/// Rooms that compute: the same input gives the same output, and nothing else happens.
const PURE: &[&str] = &[
    "domain",
    "exchange",
    "mail::compose",
    "mail::incoming",
    "mail::markup",
    "mail::returned",
    "tui::msg",
    "tui::effect",
    "tui::model",
    "tui::update",
    "tui::view",
    "tui::screens",
    "tui::widgets",
];

/// What a pure room may not name.
const IMPURE: &[&[&str]] = &[
    &["std", "fs"],
    &["std", "net"],
    &["std", "os"],
    &["std", "process"],
    &["std", "thread"],
    &["getrandom"],
    &["rustix"],
    &["crate", "clock"],
    &["crate", "paths"],
];

const PRINTING: &[&str] = &["print", "println", "eprint", "eprintln"];

/// Types that say what time it is; durations and monotonic instants do not.
const CLOCKS: &[&str] = &["SystemTime", "Utc", "Local"];

/// Rooms named by a file that may not know them, and files that belong to no room.
pub fn acquaintances(source: &Source) -> Vec<String> {
    if FACES.contains(&source.path.as_str()) {
        return Vec::new();
    }
    let Some(own) = ROOMS.iter().find(|room| holds(room.name, &source.path)) else {
        return vec![format!("{}:1: belongs to no room; name it in tests/tidy/rooms.rs", source.path)];
    };
    let code = source.code();
    let mut faults = Vec::new();
    for named in named(&tokens(&code)) {
        let Some(target) = in_crate(&source.path, &named) else { continue };
        let known = ROOMS.iter().find(|room| is_under(&target, room.name));
        match known {
            Some(room) if room.name == own.name || own.knows.contains(&room.name) => {}
            Some(room) => {
                faults
                    .push(format!("{}:{}: {} may not know {}", source.path, named.line, own.name, room.name));
            }
            None => faults.push(format!(
                "{}:{}: 'crate::{target}' is in no room; name the room it comes from",
                source.path, named.line
            )),
        }
    }
    faults
}

/// Crates named outside the rooms they belong to.
pub fn crates(source: &Source) -> Vec<String> {
    let code = source.code();
    let mut faults = Vec::new();
    for token in tokens(&code) {
        for (name, places) in CRATES {
            if token.text == *name && !places.iter().any(|place| holds(place, &source.path)) {
                faults.push(format!(
                    "{}:{}: {name} belongs in {}",
                    source.path,
                    token.line,
                    places.join(", ")
                ));
            }
        }
    }
    for named in named(&tokens(&code)) {
        // Our own SMTP client sends: lettre's splits body and dot, and hides at which step a server refused.
        if begins(&named, &["lettre", "transport"]) || named.parts.iter().any(|part| part == "SmtpTransport")
        {
            faults.push(format!("{}:{}: lettre builds and signs, it never sends", source.path, named.line));
        }
    }
    faults
}

/// Files, network, threads, chance and time named by rooms that only compute.
pub fn purity(source: &Source) -> Vec<String> {
    if !PURE.iter().any(|room| holds(room, &source.path)) {
        return Vec::new();
    }
    let code = source.code();
    let mut faults = Vec::new();
    for named in named(&tokens(&code)) {
        let parts = absolute(&source.path, &named);
        for impure in IMPURE {
            if parts.iter().map(String::as_str).take(impure.len()).eq(impure.iter().copied()) {
                faults.push(format!(
                    "{}:{}: a pure room may not name {}",
                    source.path,
                    named.line,
                    impure.join("::")
                ));
            }
        }
        if ends(&named, &["Instant", "now"]) {
            faults.push(format!("{}:{}: a pure room is told the time", source.path, named.line));
        }
    }
    faults
}

/// Printing outside the command line's output, the environment outside paths and config, the time outside the clock.
pub fn system(source: &Source) -> Vec<String> {
    let code = source.code();
    let tokens = tokens(&code);
    let mut faults = Vec::new();
    let mut refuse = |line: usize, what: &str, place: &str| {
        faults.push(format!("{}:{line}: {what} only in {place}", source.path));
    };
    if source.path != "src/cli/output.rs" {
        for pair in tokens.windows(2) {
            if PRINTING.contains(&pair[0].text) && pair[1].text == "!" {
                refuse(pair[0].line, &format!("{}!", pair[0].text), "src/cli/output.rs");
            }
        }
    }
    let may_read_environment = holds("paths", &source.path) || holds("config", &source.path);
    let may_read_clock = holds("clock", &source.path);
    for named in named(&tokens) {
        if begins(&named, &["std", "env"]) && !may_read_environment {
            refuse(named.line, "std::env", "paths and config");
        }
        if CLOCKS.iter().any(|clock| ends(&named, &[clock, "now"])) && !may_read_clock {
            refuse(named.line, &named.parts.join("::"), "clock");
        }
    }
    // SQLite has a clock too.
    for (number, text) in source.text.lines().enumerate() {
        let spaceless: String =
            text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
        if ["current_timestamp", "current_date", "('now'", ",'now'", "unixepoch()"]
            .iter()
            .any(|sql| spaceless.contains(sql))
        {
            refuse(number + 1, "the time", "clock: bind it as a parameter");
        }
    }
    faults
}

/// `unsafe` in any file, tests too.
pub fn unsafety(source: &Source) -> Vec<String> {
    // The text is taken as if no part of it were a test.
    let code = Source::new("", &source.text.replace("#[cfg(test)]", "#[cfg(any())]")).code();
    let found = tokens(&code).into_iter().filter(|token| token.text == "unsafe");
    found.map(|token| format!("{}:{}: unsafe", source.path, token.line)).collect()
}

/// Whether the file lies in the room (or part of a room) of this name.
fn holds(room: &str, path: &str) -> bool {
    let place = format!("src/{}", room.replace("::", "/"));
    path.strip_prefix(&place).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

/// Whether a path in the crate is the room or lies in it.
fn is_under(target: &str, room: &str) -> bool {
    target.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// The path in the crate, without `crate::`; none if it leads elsewhere or to the crate as a whole.
fn in_crate(path: &str, named: &Named) -> Option<String> {
    let parts = absolute(path, named);
    match parts.split_first() {
        Some((first, rest)) if first == "crate" && !rest.is_empty() => Some(rest.join("::")),
        Some(_) | None => None,
    }
}

/// The path from the crate's root, with `self` and `super` replaced; paths to other crates as they are.
fn absolute(path: &str, named: &Named) -> Vec<String> {
    let parts: Vec<&str> = named.parts.iter().map(String::as_str).filter(|part| *part != "self").collect();
    let climbs = parts.iter().take_while(|part| **part == "super").count();
    let relative = named.parts.first().is_some_and(|first| first == "self" || first == "super");
    let below: Vec<String> = match parts.first() {
        Some(&"callsheet") => {
            std::iter::once("crate").chain(parts[1..].iter().copied()).map(str::to_owned).collect()
        }
        Some(_) | None => parts[climbs..].iter().map(|part| (*part).to_owned()).collect(),
    };
    if !relative {
        return below;
    }
    let module = module(path);
    // More `super` than the file has parents come from a module inside the file: they end at the file's own room.
    let kept = module.len().saturating_sub(climbs).max(1).min(module.len());
    std::iter::once("crate".to_owned()).chain(module[..kept].iter().cloned()).chain(below).collect()
}

/// `src/mail/transport/smtp.rs` is `mail::transport::smtp`.
fn module(path: &str) -> Vec<String> {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    inside.strip_suffix(".rs").unwrap_or(inside).split('/').map(str::to_owned).collect()
}

fn begins(named: &Named, wanted: &[&str]) -> bool {
    named.parts.iter().map(String::as_str).take(wanted.len()).eq(wanted.iter().copied())
}

fn ends(named: &Named, wanted: &[&str]) -> bool {
    let from = named.parts.len().saturating_sub(wanted.len());
    named.parts[from..].iter().map(String::as_str).eq(wanted.iter().copied())
}

mod tests {
    use super::*;

    fn acquaintances_in(path: &str, text: &str) -> Vec<String> {
        acquaintances(&Source::new(path, text))
    }

    #[test]
    fn domain_knows_nobody() {
        assert_eq!(
            acquaintances_in("src/domain/contact.rs", "use super::name::Name;\nuse crate::store::Database;"),
            ["src/domain/contact.rs:2: domain may not know store"]
        );
    }

    #[test]
    fn a_room_may_name_itself_and_whom_it_knows() {
        let text = "use crate::{domain::Contact, store::outbox};\nuse super::retry;\nfn f() { self::g(); }";
        assert!(acquaintances_in("src/operations/notify.rs", text).is_empty());
    }

    #[test]
    fn a_path_in_the_middle_of_code_is_seen() {
        assert_eq!(
            acquaintances_in("src/tui/update.rs", "fn f() {\n crate::cli::output::say()\n}"),
            ["src/tui/update.rs:2: tui may not know cli"]
        );
    }

    #[test]
    fn climbing_with_super_is_seen() {
        assert_eq!(
            acquaintances_in("src/mail/transport/smtp.rs", "use super::super::compose::Mail;"),
            ["src/mail/transport/smtp.rs:1: mail::transport may not know mail::compose"]
        );
        assert_eq!(
            acquaintances_in("src/mail/compose.rs", "use super::sender;"),
            ["src/mail/compose.rs:1: mail::compose may not know mail::sender"]
        );
    }

    #[test]
    fn the_front_rooms_never_name_each_other_nor_the_store() {
        for (own, other) in
            [("tui", "cli"), ("cli", "web"), ("web", "tui"), ("tui", "store"), ("cli", "exchange")]
        {
            let found = acquaintances_in(&format!("src/{own}.rs"), &format!("use crate::{other};"));
            assert_eq!(found, [format!("src/{own}.rs:1: {own} may not know {other}")]);
        }
    }

    #[test]
    fn tests_may_name_whom_they_need() {
        let text = "#[cfg(test)]\nmod tests { use crate::operations::add; }";
        assert!(acquaintances_in("src/store/contacts.rs", text).is_empty());
    }

    #[test]
    fn a_file_without_a_room_is_refused() {
        assert_eq!(
            acquaintances_in("src/stuff.rs", ""),
            ["src/stuff.rs:1: belongs to no room; name it in tests/tidy/rooms.rs"]
        );
        assert!(!acquaintances_in("src/mail/queue.rs", "").is_empty());
        assert!(!acquaintances_in("src/storekeeper.rs", "").is_empty());
    }

    #[test]
    fn a_name_lifted_to_the_root_is_refused() {
        assert_eq!(
            acquaintances_in("src/tui.rs", "use crate::Database;\nuse crate::mail::Sender;"),
            [
                "src/tui.rs:1: 'crate::Database' is in no room; name the room it comes from",
                "src/tui.rs:2: 'crate::mail::Sender' is in no room; name the room it comes from"
            ]
        );
    }

    #[test]
    fn a_module_inside_a_file_may_climb_to_it() {
        assert!(acquaintances_in("src/paths.rs", "mod unix { use super::Folders; }").is_empty());
    }

    #[test]
    fn the_faces_may_name_everyone() {
        assert!(acquaintances_in("src/main.rs", "use callsheet::{cli, tui, store};").is_empty());
    }

    #[test]
    fn crates_are_refused_outside_their_rooms() {
        let sample = "use rusqlite::Connection;\nfn f() { ratatui::init(); lettre::Address::new(); }";
        let found = crates(&Source::new("src/operations/add.rs", sample));
        assert_eq!(
            found,
            [
                "src/operations/add.rs:1: rusqlite belongs in store",
                "src/operations/add.rs:2: ratatui belongs in tui",
                "src/operations/add.rs:2: lettre belongs in mail"
            ]
        );
        assert!(!crates(&Source::new("src/mail/sender.rs", "use rustls::ClientConfig;")).is_empty());
        assert!(crates(&Source::new("src/mail/transport/tls.rs", "use rustls::ClientConfig;")).is_empty());
        assert!(crates(&Source::new("src/store.rs", "use rusqlite::Connection; // ratatui")).is_empty());
    }

    #[test]
    fn lettre_never_sends() {
        for sample in ["use lettre::{Message, transport::smtp};", "use lettre::SmtpTransport;"] {
            assert_eq!(crates(&Source::new("src/mail/sender.rs", sample)).len(), 1, "{sample}");
        }
    }

    #[test]
    fn pure_rooms_touch_nothing() {
        for sample in [
            "use std::{fmt, fs};",
            "fn f() { std::thread::spawn(g); }",
            "use std::net::TcpStream;",
            "fn f() { getrandom::fill(&mut b); }",
            "fn f() { Instant::now(); }",
            "use crate::clock;",
        ] {
            assert_eq!(purity(&Source::new("src/domain/retry.rs", sample)).len(), 1, "{sample}");
            assert_eq!(purity(&Source::new("src/tui/screens/form.rs", sample)).len(), 1, "{sample}");
        }
        assert!(purity(&Source::new("src/tui/perform.rs", "use std::fs;")).is_empty());
        assert!(purity(&Source::new("src/domain/retry.rs", "use std::time::Duration;")).is_empty());
    }

    #[test]
    fn printing_has_one_place() {
        let sample = "fn f() { println!(\"x\"); eprintln!(\"y\"); writeln!(out) }";
        assert_eq!(system(&Source::new("src/cli/list.rs", sample)).len(), 2);
        assert!(system(&Source::new("src/cli/output.rs", sample)).is_empty());
    }

    #[test]
    fn the_environment_has_two_places() {
        for sample in ["use std::env;", "use std::{env, fs};", "fn f() { std::env::var_os(x); }"] {
            assert_eq!(system(&Source::new("src/tui/theme.rs", sample)).len(), 1, "{sample}");
            assert!(system(&Source::new("src/paths.rs", sample)).is_empty());
            assert!(system(&Source::new("src/config/file.rs", sample)).is_empty());
        }
        assert!(
            system(&Source::new("src/cli.rs", "const V: &str = env!(\"CARGO_PKG_VERSION\");")).is_empty()
        );
    }

    #[test]
    fn the_time_has_one_place() {
        for sample in
            ["fn f() { SystemTime::now() }", "fn f() { chrono::Utc::now() }", "fn f() { Local::now() }"]
        {
            assert_eq!(system(&Source::new("src/store/outbox.rs", sample)).len(), 1, "{sample}");
            assert!(system(&Source::new("src/clock.rs", sample)).is_empty());
        }
        for sql in ["DEFAULT CURRENT_TIMESTAMP", "SELECT strftime('%s', 'now')", "select unixepoch( )"] {
            assert_eq!(system(&Source::new("src/store/migrations.rs", sql)).len(), 1, "{sql}");
        }
    }

    #[test]
    fn unsafe_is_refused_in_tests_too() {
        let sample = "#[cfg(test)]\nmod tests { fn f() { unsafe { g() } } }";
        assert_eq!(unsafety(&Source::new("src/a.rs", sample)), ["src/a.rs:2: unsafe"]);
        assert!(unsafety(&Source::new("src/a.rs", "#![forbid(unsafe_code)] // unsafe")).is_empty());
    }
}
