//! Answers: a page or a word with its status, and the headers that every answer has.

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName,
    HeaderValue, REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{Response, StatusCode};

use super::page::{Page, Problem, STYLE_HASH};
use crate::domain::language::Language;

const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Seconds after which to ask again while the database cannot be reached.
const SOON: u64 = 30;

/// A page with its status.
pub fn page(status: StatusCode, page: &Page<'_>, language: Language) -> Response<Body> {
    match page.html(language) {
        Ok(html) => {
            let mut response = Response::new(Body::from(html));
            *response.status_mut() = status;
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.id()));
            response
        }
        // Every page is rendered by a test; should one fail all the same, a word must do.
        Err(_) => word(StatusCode::INTERNAL_SERVER_ERROR, "error"),
    }
}

/// The page of a problem, with the status that belongs to it.
pub fn problem(problem: Problem, language: Language) -> Response<Body> {
    let status = match problem {
        Problem::Link | Problem::Nothing => StatusCode::NOT_FOUND,
        Problem::Broken => StatusCode::BAD_REQUEST,
        Problem::Method => StatusCode::METHOD_NOT_ALLOWED,
        Problem::Slow => StatusCode::REQUEST_TIMEOUT,
        Problem::Large => StatusCode::PAYLOAD_TOO_LARGE,
        Problem::Many { .. } => StatusCode::TOO_MANY_REQUESTS,
        Problem::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Problem::Fault => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let mut response = page(status, &Page::Problem(problem), language);
    let retry = match problem {
        Problem::Many { seconds } => Some(seconds),
        Problem::Busy { .. } => Some(SOON),
        Problem::Link
        | Problem::Nothing
        | Problem::Method
        | Problem::Broken
        | Problem::Slow
        | Problem::Large
        | Problem::Fault => None,
    };
    if let Some(seconds) = retry {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// A word for programs.
pub fn word(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// The headers of every answer: nothing is kept, framed, indexed, fetched or told to other sites, and no script ever runs.
pub fn protect(headers: &mut HeaderMap) {
    let policy = format!(
        "default-src 'none'; style-src '{}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        *STYLE_HASH
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (ROBOTS, "noindex, nofollow"),
        (OPENER_POLICY, "same-origin"),
        (RESOURCE_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
