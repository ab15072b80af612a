//! What an administrator does at the screen, as key scripts over the real update, view, perform and SQL.

mod accessible;
mod bytes;
mod compose;
mod contacts;
mod drafts;
mod exchange;
mod first_start;
mod history;
mod mail_server;
mod matrix;
mod mouse;
mod outbox_notices;
mod palette;
mod random_keys;
mod sharing;
mod verification;
mod windows;
