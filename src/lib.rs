//! callsheet: who must hear about this, and did it reach them?
//!
//! callsheet keeps the list of people who must hear what happens to an account: who they are, which kinds of message each one
//! gets, and proof that their address works. It is one program and one SQLite file, used on a terminal, over SSH and from scripts.
//!
//! This is the architecture: what is where, who knows whom, and what never happens. Everything else is said where it is done.
//!
//! # Rooms
//!
//! A room is a module of this crate. It decides, remembers, acts, sends, shows or asks the system, and does one of these only.
//!
//! | room | what it is for |
//! |---|---|
//! | [`domain`] | decides: what things are and what is right; pure |
//! | [`store`] | remembers: SQLite and the key file; all SQL |
//! | [`operations`] | acts for an administrator: one function and one transaction for each thing that can be done |
//! | [`exchange`] | reads and writes contacts as CSV, JSON and vCard; pure |
//! | [`mail::compose`] | makes a letter into the bytes of a mail; pure |
//! | [`mail::incoming`] | reads the subject, the text and the HTML of a mail that somebody hands in; pure |
//! | [`mail::markup`] | makes HTML that somebody gave into a safe, simple form; pure |
//! | [`mail::returned`] | reads what comes back: bounces, and mails that unsubscribe; pure |
//! | [`mail::dkim`] | signs the bytes of a mail |
//! | [`mail::transport`] | hands one mail to a server or into a file; all SMTP |
//! | [`mail::sender`] | works through the outbox, beside the screen or inside a command |
//! | [`tui`] | shows the screen: `update` and `view` are pure, a worker thread performs |
//! | [`cli`] | talks to scripts: one file for each command; the only printing |
//! | [`web`] | serves the page that a link in a mail opens; all HTTP |
//! | [`doors`] | puts together what may not know each other: the command line opens the screen and the page through it |
//! | [`config`], [`paths`], [`clock`] | ask the system: settings, folders and environment, the time |
//! | [`log`] | writes what the program says of itself, into files or systemd's journal |
//!
//! ```text
//!                main ──▶ doors
//!               ┌───────────┼───────────┐
//!              tui         web         cli           never each other
//!               └──┬────────┴────────┬──┘
//!                  ▼                 ▼
//!             operations        mail::sender ──▶ mail::transport, mail::dkim
//!                  ├────────┬────────┤
//!                  ▼        ▼        ▼
//!                store  exchange  mail::compose        never each other
//!                  └────────┼────────┘
//!                           ▼
//!                        domain                       knows nobody
//! ```
//!
//! `mail::incoming` and `mail::returned` stand beside `mail::compose` and are known by `operations` only, but that the second frees
//! a mail as the first does; `mail::markup` is known by `mail::incoming` and `mail::compose`. Beside them all stand `config`,
//! `paths`, `clock` and `log`; any room may speak to the log by `tracing`, and only the command line begins it. The lower rooms
//! never ask for a setting: what they need comes as an argument. rusqlite is named in `store` only, lettre in `mail`, ratatui and
//! crossterm in `tui`, axum and tokio in `web`. The table of who may know whom is `tests/tidy/rooms.rs`, and a test reads the
//! sources by it.
//!
//! # The way of a key
//!
//! ```text
//!  input thread ─▶ Msg::Key ─▶ keymap: an Action ─▶ update(&mut Model) ─▶ Effect::Ask ─▶ worker thread
//!                                                        ▲                                   │ perform
//!                                                   Msg::Answer ◀── one transaction ◀── an operation
//!  no message is left ─▶ view(&Model) once ─▶ the cells that changed, in one write
//! ```
//!
//! 1. The input thread sends a [`tui::msg::Msg`]. [`tui::update::update`] asks the [`tui::keymap`] which action the key is where
//!    the focus is, and gives it to the dialog or screen in front, which says what it wants.
//! 2. What is wanted leaves `update` as plain data, a [`tui::effect::Effect`]. A question goes to the worker thread, which has a
//!    database connection of its own; one that takes long goes to a second, so that the list goes on being read.
//!    [`tui::perform::perform`] makes it a call of [`operations`]. What is about the configuration goes to a thread of its own,
//!    [`tui::setup`]. What is typed into a form goes to another, the keeper, as a [`tui::draft::Draft`]: it outlives the program.
//! 3. The answer is a message again. When no message is left, [`tui::view::draw`] draws the model once.
//! 4. A click becomes the keys that bring the cursor to its place, and the palette gives the action that was chosen: what has keys has
//!    both. Own keys are laid over the built-in table before the screen opens.
//!
//! Tests drive the same functions without a thread or a terminal: a key script goes in, a picture comes out.
//!
//! # The way of a mail
//!
//! ```text
//!  operation ─ one transaction ─▶ contact, verification, delivery (queued), audit entry
//!                                                  │
//!  sender: clerk ─ claims under a lease ───────────┘
//!            │ job                       ▲ outcome, recorded with all others that are there
//!            ▼                           │
//!          carrier ─ code from the key ─ compose ─▶ transport ─▶ server's reply ─▶ domain: what it means
//! ```
//!
//! 1. An operation such as [`operations::contacts::add`] writes the contact, its verification, the delivery and the audit entry in
//!    one transaction. The code is in none of them: it is derived from the key file when the mail is made.
//! 2. One process at a time is the active sender. Its clerk alone touches the database; each carrier has one connection, and asks
//!    the clerk before a body leaves, so a crash can tell what may have been sent.
//! 3. [`domain::reply::judge`] decides what a reply means for the delivery and for the contact. The clerk records it, and a
//!    [`mail::sender::SenderEvent`] tells the screen.
//! 4. What comes back later goes the other way: `receive` hands it to [`operations::returns::take`], which knows the delivery by the
//!    tag in the [`domain::return_path`], and [`domain::bounce::meaning`] decides.
//!
//! # The way of a link
//!
//! ```text
//!  GET, HEAD ─▶ reader ─ looks ─▶ the page with the button      nothing is changed: mail scanners open links too
//!  POST ──────▶ writer ─ one transaction ─▶ verified, audit entry ─▶ the page that says so
//! ```
//!
//! 1. `callsheet serve` opens [`web`] through [`doors`]. Its one thread holds the connections; it never waits for a disk.
//! 2. Two clerks, each a thread with a session, do what is asked: one looks, one changes.
//! 3. The operations, such as [`operations::verification::confirm_by_link`], compare the token with the one derived from the key.
//!
//! # Words
//!
//! | word | means |
//! |---|---|
//! | account | the organisation this database belongs to: name, security email, default language |
//! | security email | the account's default recipient: gets what nobody else would get |
//! | contact | a person or mailbox: name, email, position, language, subscriptions |
//! | category, type | the top-level kinds of message, and the kinds inside them; all of them are the catalogue |
//! | subscription | a contact wants a whole category, future types included, or a single type |
//! | verification | the proof that somebody reads an address: one mail, one code, one link |
//! | notice | something to be announced: a type, a subject, a body |
//! | delivery | one mail to one address; lives in the outbox until it ends |
//! | outbox | the durable queue and ledger of all deliveries |
//! | coverage | for each type: how many contacts would receive it now |
//! | audit log | who did what, when, from where; the screen shows it as the history |
//!
//! # What never happens
//!
//! 1. Nothing on the drawing thread touches disk or network while the screen is shown. It waits in a channel.
//! 2. `update` and `view` do no I/O; `view` changes nothing and draws any model at any size, 0×0 included.
//! 3. Messages, effects and sender events are plain data and closed enums; they hold no callbacks and no handles.
//! 4. Only `update` writes the model. There is no shared mutable state and there are no globals.
//! 5. No write without `BEGIN IMMEDIATE`; no transaction is open while the network is used.
//! 6. No text that a person, a file or a server gave reaches a terminal or a mail header unescaped.
//! 7. No password, key or link token is in the database, in an argument, in an error or in `Debug` output, and no code in any of
//!    them but the argument in which it is entered.
//! 8. No test waits for time to pass, touches the real home folder, or needs the network.
//! 9. The terminal is taken last and given back always: return, panic in any thread, signal, suspend, hang-up.
//! 10. Memory does not grow with the number of contacts: screens hold a window of the list, read by key (a place in percent is
//!     counted off in an index). What an administrator has picked or may undo is held by ids, what an import has read by digests of
//!     the addresses. One thing is held of every contact: the filter's text index (`domain::filter::text_index`, some 60 octets
//!     each). The worker has it built in the background when a filter is first used among more than 5 000 contacts, and its session
//!     brings it up to date from the changes that the store numbers. Without it, and while it is built, filters look at the
//!     contacts themselves.
//!
//! # Where to start reading
//!
//! [`domain::contact`], then [`operations::contacts::add`] down to [`store::Writing`]: that is most of what callsheet is.
//! [`tui`] shows how it becomes a screen, [`cli`] how it becomes a command, [`web`] how it becomes a page, and [`mail::sender`] how
//! mail leaves. The database is `src/store/schema/0001.sql`.
//!
//! # How to add …
//!
//! - **a command:** a file in `src/cli/` with its arguments and its `run`, a variant and an arm in [`cli`]; what it decides or
//!   changes is an operation. Its test in `tests/cli/` is a transcript: what it prints on both streams, and how it ends.
//! - **a screen or a dialog:** a file in `src/tui/screens/` with its state and what an input does to it, its view beside it, and a
//!   variant of [`tui::model::Screen`] or [`tui::model::Overlay`]; the compiler names the places that are missing. Keys are an
//!   action and a line in `assets/keys.toml`, from which footer, help, palette and README are made; what it asks for is a
//!   [`tui::effect::Question`] and a line in `perform`. Its tests
//!   are pictures in `tests/snapshots/` and a key script in `tests/sessions/`.
//! - **a mail:** a [`domain::delivery::Kind`], a [`mail::compose::Content`], templates in `assets/mail/`, and the place in
//!   `src/mail/sender/letter.rs` where one becomes the other. The operation that causes it queues it in the same transaction.

pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod doors;
pub mod exchange;
pub mod log;
pub mod mail;
pub mod operations;
pub mod paths;
pub mod store;
pub mod tui;
pub mod web;
