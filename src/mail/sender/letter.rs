//! From a claimed delivery to the bytes of its mail. This is the only place where a code or a link is derived to be sent.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::carrier::Bag;
use crate::domain::catalogue::category_of;
use crate::domain::contact::Subject;
use crate::domain::delivery::Kind;
use crate::domain::routing::FallbackReason;
use crate::domain::safe_text::Safe;
use crate::domain::say::saying;
use crate::domain::verification::VerificationId;
use crate::mail::compose::{self, Content, Letter, Letterhead, NoticeText, Unsubscribe};
use crate::store::{Claimed, NoticeBody, Verification, VerificationState};

/// What is said of a mail that makes the builder or the client panic.
pub(super) fn poison() -> String {
    saying!("the mail could not be built (a fault in callsheet); nothing of it was sent").to_string()
}

/// Composes one mail after the other. The text of a notice is made ready once for all its mails that follow each other.
#[derive(Default)]
pub(super) struct Composer {
    last: Option<(Arc<NoticeBody>, NoticeText)>,
}

impl Composer {
    /// Composes the mail of a delivery.
    ///
    /// # Errors
    /// Why it cannot be composed, for people; it will not get better by another try.
    pub(super) fn compose(
        &mut self,
        claimed: &Claimed,
        letterhead: &Letterhead,
        bag: &Bag,
    ) -> Result<Vec<u8>, String> {
        match catch_unwind(AssertUnwindSafe(|| self.compose_guarded(claimed, letterhead, bag))) {
            Ok(composed) => composed,
            Err(_) => Err(poison()),
        }
    }

    fn compose_guarded(
        &mut self,
        claimed: &Claimed,
        letterhead: &Letterhead,
        bag: &Bag,
    ) -> Result<Vec<u8>, String> {
        let detail = claimed.detail.as_deref();
        match (claimed.delivery.kind, &claimed.verification, &claimed.notice) {
            (Kind::Verification, Some(proof), _) => verification(claimed, letterhead, bag, proof),
            (Kind::Verification, None, _) => Err(saying!("what it was for is gone").to_string()),
            (Kind::Change, _, _) => {
                let content = Content::Change { replaced_by_masked: detail.unwrap_or_default() };
                finish(claimed, letterhead, content)
            }
            (Kind::Test, _, _) => finish(claimed, letterhead, Content::Test { message_type_title: detail }),
            (Kind::Notice, _, Some(notice)) => {
                let text = self.text_of(notice);
                announcement(claimed, letterhead, bag, notice, text)
            }
            (Kind::Notice, _, None) => Err(saying!("the notice is gone").to_string()),
        }
    }

    fn text_of(&mut self, notice: &Arc<NoticeBody>) -> &NoticeText {
        let last = self.last.take().filter(|(known, _)| Arc::ptr_eq(known, notice));
        let (_, text) = self.last.insert(last.unwrap_or_else(|| {
            let text = NoticeText::new(&notice.text);
            let text = match &notice.html {
                Some(html) => text.with_html(html),
                None => text,
            };
            (Arc::clone(notice), text)
        }));
        text
    }
}

fn verification(
    claimed: &Claimed,
    letterhead: &Letterhead,
    bag: &Bag,
    proof: &Verification,
) -> Result<Vec<u8>, String> {
    let key = &bag.key;
    if proof.state != VerificationState::Open || proof.key_id != key.id() {
        return Err(saying!("its code does not count any more").to_string());
    }
    let code = key.code(proof.id, &proof.nonce).reveal();
    let link = bag.public_url.as_ref().map(|url| {
        let token = named_token(proof.id, key.link_token(proof.id, &proof.nonce));
        format!("{url}/v/{token}")
    });
    let content = Content::Verification {
        code: &code,
        link: link.as_deref(),
        expires_at: proof.expires_at,
        for_security_email: proof.subject == Subject::SecurityEmail,
    };
    finish(claimed, letterhead, content)
}

fn announcement(
    claimed: &Claimed,
    letterhead: &Letterhead,
    bag: &Bag,
    notice: &NoticeBody,
    text: &NoticeText,
) -> Result<Vec<u8>, String> {
    let fallback = match &claimed.delivery.fallback {
        Some(id) => Some(FallbackReason::parse(id).ok_or_else(|| {
            let id = Safe(id).to_string();
            saying!("this version does not know why it goes to the security email: '{id}'", id = id)
                .to_string()
        })?),
        None => None,
    };
    let token = claimed.unsubscribe.as_ref().map(|proof| {
        named_token(proof.verification, bag.key.unsubscribe_token(proof.verification, &proof.nonce))
    });
    let category = category_of(&notice.message_type);
    let content = Content::Notice {
        subject: &notice.subject,
        body: text,
        type_title: notice.title(claimed.language),
        category_title: bag
            .catalogue
            .category(category)
            .map_or(category, |known| known.title.get(claimed.language)),
        fallback,
        unsubscribe: token.as_deref().map(|token| Unsubscribe {
            token,
            public_url: bag.public_url.as_deref(),
            mail_to: bag.return_path.base(),
        }),
    };
    finish(claimed, letterhead, content)
}

/// What names a verification and proves that its mail was read: `<id>.<token>`, the token in URL-safe base64 without padding.
fn named_token(id: VerificationId, token: [u8; 32]) -> String {
    format!("{}.{}", id.0, URL_SAFE_NO_PAD.encode(token))
}

fn finish(claimed: &Claimed, letterhead: &Letterhead, content: Content<'_>) -> Result<Vec<u8>, String> {
    let delivery = &claimed.delivery;
    let letter = Letter {
        letterhead,
        to_name: Some(delivery.name.as_str()).filter(|name| !name.is_empty()),
        to_email: &delivery.to,
        language: claimed.language,
        message_id: &delivery.message_id,
        date: delivery.created_at,
        content,
    };
    compose::compose(&letter).map_err(|error| error.to_string())
}
