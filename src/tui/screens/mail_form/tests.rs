//! What keys do to the form for the mail server.
