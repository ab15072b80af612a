//! From a claimed delivery to the bytes of its mail. This is the only place where a code or a link is derived to be sent.

use std::panic::{AssertUnwindSafe, catch_unwind};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::contact::Subject;
use crate::domain::delivery::Kind;
use crate::domain::verification::SecretKey;
use crate::mail::compose::{self, Content, Letter, Letterhead};
use crate::store::{Claimed, VerificationState};

/// What is said of a mail that makes the builder or the client panic.
pub(super) const POISON: &str = "the mail could not be built (a fault in callsheet); nothing of it was sent";

/// Composes the mail of a delivery.
///
/// # Errors
/// Why it cannot be composed, for people; it will not get better by another try.
pub(super) fn compose(
    claimed: &Claimed,
    letterhead: &Letterhead,
    key: &SecretKey,
    public_url: Option<&str>,
) -> Result<Vec<u8>, String> {
    let delivery = &claimed.delivery;
    let (code, link);
    let content = match (delivery.kind, &claimed.verification) {
        (Kind::Verification, Some(proof)) => {
            if proof.state != VerificationState::Open || proof.key_id != key.id() {
                return Err("its code does not count any more".to_owned());
            }
            code = key.code(proof.id, &proof.nonce).reveal();
            let token = || URL_SAFE_NO_PAD.encode(key.link_token(proof.id, &proof.nonce));
            link = public_url.map(|url| format!("{url}/v/{}.{}", proof.id.0, token()));
            Content::Verification {
                code: &code,
                link: link.as_deref(),
                expires_at: proof.expires_at,
                for_security_email: proof.subject == Subject::SecurityEmail,
            }
        }
        (Kind::Verification, None) => return Err("what it was for is gone".to_owned()),
        (Kind::Change, _) => {
            Content::Change { replaced_by_masked: claimed.detail.as_deref().unwrap_or_default() }
        }
        (Kind::Test, _) => Content::Test { message_type_title: claimed.detail.as_deref() },
        (Kind::Notice, _) => return Err("this version cannot send notices".to_owned()),
    };
    let letter = Letter {
        letterhead,
        to_name: Some(delivery.name.as_str()).filter(|name| !name.is_empty()),
        to_email: &delivery.to,
        language: claimed.language,
        message_id: &delivery.message_id,
        date: delivery.created_at,
        content,
    };
    match catch_unwind(AssertUnwindSafe(|| compose::compose(&letter))) {
        Ok(composed) => composed.map_err(|error| error.to_string()),
        Err(_) => Err(POISON.to_owned()),
    }
}
