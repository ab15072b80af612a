//! What the domain accepts and refuses, in tables that are too long to stand beside the code.

mod columns;
mod email_address;
mod reply;
