//! Routes: which path is answered by which question to the database.
//!
//! ```text
//!   /v/<id>.<token>     GET, HEAD: the page with the button     POST: confirms the address
//!   /u/<id>.<token>     GET, HEAD: the page with the button     POST: stops activity messages, for the button and RFC 8058
//!   /healthz            GET, HEAD: whether the database can be read
//! ```
//!
//! The same paths below the public URL's own path too: a proxy may take that path off or leave it on. Only POST changes
//! anything. Nothing is read from `Host`, and no answer holds the address of a page.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{Extension, Request, State};
use axum::http::{Method, Response, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::routing::get;
use tokio::time::timeout;

use super::answer::{page, problem, protect, word};
use super::house::{House, Visitor};
use super::page::{Address, Page, Problem};
use super::request::{self, Link};
use crate::operations::verification::{self, LinkState, LinkedAddress};
use crate::operations::{account, unsubscribing};

/// The other end of the connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Everything that can be asked, at the root and below `prefix`, which is empty or begins with `/`.
pub fn router(house: &Arc<House>, prefix: &str) -> Router {
    let pages = Router::new()
        .route("/v/{link}", get(show_confirm).post(confirm))
        .route("/u/{link}", get(show_unsubscribe).post(unsubscribe));
    let health = Router::new().route("/healthz", get(health));
    let below = |router: &Router<Arc<House>>| match prefix {
        "" => router.clone(),
        prefix => router.clone().nest(prefix, router.clone()),
    };
    let limited = below(&pages)
        .method_not_allowed_fallback(wrong_method)
        .fallback(nothing_here)
        .layer(from_fn_with_state(Arc::clone(house), limit));
    // A monitor is never told to wait because of others.
    limited
        .merge(below(&health).method_not_allowed_fallback(wrong_method))
        .layer(from_fn_with_state(Arc::clone(house), attend))
        .with_state(Arc::clone(house))
}

async fn show_confirm(
    State(house): State<Arc<House>>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
) -> Response<Body> {
    let Some(link) = link_in(&request) else { return problem(Problem::Link, visitor.language) };
    let seen =
        house.reader.ask(move |session| verification::look_at_link(session, link.verification, &link.token));
    match seen.await {
        Ok(seen) => confirm_page(&house, seen, visitor),
        Err(unanswered) => house.sorry(&unanswered, visitor),
    }
}

async fn confirm(
    State(house): State<Arc<House>>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
) -> Response<Body> {
    let link = match pressed(&house, visitor, request).await {
        Ok((link, _)) => link,
        Err(refusal) => return refusal,
    };
    let confirmed = house
        .writer
        .ask(move |session| verification::confirm_by_link(session, link.verification, &link.token));
    match confirmed.await {
        Ok(confirmed) => confirm_page(&house, confirmed, visitor),
        Err(unanswered) => house.sorry(&unanswered, visitor),
    }
}

fn confirm_page(house: &House, seen: Option<LinkedAddress>, visitor: Visitor) -> Response<Body> {
    house.is_well();
    let Some(seen) = seen else { return problem(Problem::Link, visitor.language) };
    let address =
        Address { masked: &seen.masked, account: &seen.account, for_security_email: seen.for_security_email };
    let shown = match seen.state {
        LinkState::Waiting => Page::Confirm(address),
        LinkState::ConfirmedNow => {
            house.tell(super::Event::Confirmed { masked: seen.masked.clone() });
            Page::Confirmed(address)
        }
        LinkState::ConfirmedBefore => Page::Confirmed(address),
    };
    page(StatusCode::OK, &shown, seen.language)
}

async fn show_unsubscribe(
    State(house): State<Arc<House>>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
) -> Response<Body> {
    let Some(link) = link_in(&request) else { return problem(Problem::Link, visitor.language) };
    let seen = house.reader.ask(move |session| {
        let seen = unsubscribing::look(session, link.verification, &link.token)?;
        Ok((seen, account::writer(session)?))
    });
    let (seen, account) = match seen.await {
        Ok(found) => found,
        Err(unanswered) => return house.sorry(&unanswered, visitor),
    };
    house.is_well();
    let Some(seen) = seen else { return problem(Problem::Link, visitor.language) };
    let address = Address { masked: &seen.masked, account: &account, for_security_email: false };
    let shown = if seen.already { Page::Unsubscribed(address) } else { Page::Unsubscribe(address) };
    page(StatusCode::OK, &shown, seen.language)
}

/// The button, and what mail programs send for their users: they get a word, no page, and the same status.
async fn unsubscribe(
    State(house): State<Arc<House>>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
) -> Response<Body> {
    let (link, body) = match pressed(&house, visitor, request).await {
        Ok(pressed) => pressed,
        Err(refusal) => return refusal,
    };
    let done = house.writer.ask(move |session| {
        let done = unsubscribing::unsubscribe(session, link.verification, &link.token)?;
        Ok((done, account::writer(session)?))
    });
    let (done, account) = match done.await {
        Ok(done) => done,
        Err(unanswered) => return house.sorry(&unanswered, visitor),
    };
    house.is_well();
    let Some(done) = done else { return problem(Problem::Link, visitor.language) };
    if !done.already {
        house.tell(super::Event::Unsubscribed { masked: done.masked.clone() });
    }
    if request::is_one_click(&body) {
        return word(StatusCode::OK, "unsubscribed");
    }
    let address = Address { masked: &done.masked, account: &account, for_security_email: false };
    page(StatusCode::OK, &Page::Unsubscribed(address), done.language)
}

async fn health(State(house): State<Arc<House>>) -> Response<Body> {
    match house.reader.ask(account::get).await {
        Ok(_) => {
            house.is_well();
            word(StatusCode::OK, "ok")
        }
        Err(unanswered) => {
            house.note(&unanswered);
            word(StatusCode::SERVICE_UNAVAILABLE, "the database cannot be read")
        }
    }
}

async fn nothing_here(Extension(visitor): Extension<Visitor>) -> Response<Body> {
    problem(Problem::Nothing, visitor.language)
}

async fn wrong_method(Extension(visitor): Extension<Visitor>) -> Response<Body> {
    problem(Problem::Method, visitor.language)
}

/// Around everything: finds out who asks, bounds the time, survives a panic, and protects the answer.
async fn attend(
    State(house): State<Arc<House>>,
    Extension(Peer(peer)): Extension<Peer>,
    mut request: Request,
    next: Next,
) -> Response<Body> {
    let visitor = Visitor {
        client: request::client(peer.ip(), request.headers()),
        language: request::language(request.headers()),
        presses: *request.method() == Method::POST,
    };
    request.extensions_mut().insert(visitor);
    // A task of its own: a panic ends it alone.
    let answer = tokio::spawn(next.run(request));
    let stop = answer.abort_handle();
    let mut response = match timeout(house.limits().answer, answer).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => house.sorry(&super::clerk::Unanswered::Fault, visitor),
        Err(_) => {
            stop.abort();
            house.sorry(&super::clerk::Unanswered::Late, visitor)
        }
    };
    protect(response.headers_mut());
    response
}

/// Counts requests, and refuses those that are too many.
async fn limit(
    State(house): State<Arc<House>>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
    next: Next,
) -> Response<Body> {
    match house.admit(visitor) {
        Ok(()) => next.run(request).await,
        Err(too_many) => problem(too_many, visitor.language),
    }
}

/// The link of a pressed button, and the body that came with it.
///
/// # Errors
/// The answer, if there is nothing to be done.
async fn pressed(
    house: &House,
    visitor: Visitor,
    request: Request,
) -> Result<(Link, Vec<u8>), Response<Body>> {
    let link = link_in(&request);
    let refuse = |why| problem(why, visitor.language);
    let limits = house.limits();
    let body = match timeout(limits.body, body_of(request, limits.body_bytes)).await {
        Ok(body) => body.map_err(refuse)?,
        Err(_) => return Err(refuse(Problem::Slow)),
    };
    let link = link.ok_or_else(|| refuse(Problem::Link))?;
    house.admit_press(&link).map_err(refuse)?;
    Ok((link, body))
}

/// The last part of the path, as it came: nothing in a link needs to be escaped.
fn link_in(request: &Request) -> Option<Link> {
    Link::parse(request.uri().path().rsplit('/').next()?)
}

/// A body of at most so many bytes; one that is said to be longer is not read at all.
async fn body_of(request: Request, most: usize) -> Result<Vec<u8>, Problem> {
    let mut body = pin!(request.into_body());
    let most_left = |read: usize| u64::try_from(most - read).unwrap_or(u64::MAX);
    if body.size_hint().lower() > most_left(0) {
        return Err(Problem::Large);
    }
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let Ok(data) = frame.map_err(|_| Problem::Broken)?.into_data() else { continue };
        if data.len() > most - bytes.len() {
            return Err(Problem::Large);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::to_bytes;
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;
    use tokio::sync::mpsc;

    use super::*;
    use crate::clock;
    use crate::domain::catalogue::Catalogue;
    use crate::operations::{Actor, Opening, Reach, Rules, Session, Via};
    use crate::web::clerk::Clerk;
    use crate::web::{Event, Limits};

    fn house(folder: &std::path::Path) -> (Arc<House>, mpsc::Receiver<Event>) {
        let opening = Opening {
            database: folder.join("callsheet.db"),
            actor: Actor { user: "recipient".to_owned(), origin: None },
            via: Via::Page,
            rules: Rules::default(),
            catalogue: Arc::new(Catalogue::built_in()),
            clock: clock::system(),
            reach: Reach::Everywhere,
        };
        let clerk = || Clerk::start("clerk", Session::open(&opening).unwrap(), opening.clone(), 4).unwrap();
        let (teller, events) = mpsc::channel(4);
        (Arc::new(House::new(clerk(), clerk(), Limits::default(), teller)), events)
    }

    async fn fall() -> Response<Body> {
        panic!("a fault that a test makes")
    }

    #[test]
    fn a_request_that_falls_is_told_so_and_the_page_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let (house, mut events) = house(folder.path());
        let router = Router::new()
            .route("/fall", get(fall))
            .merge(router(&house, ""))
            .layer(from_fn_with_state(Arc::clone(&house), attend));
        let service = TowerToHyperService::new(router);
        let ask = async |path: &str| {
            let mut request = Request::new(Body::empty());
            *request.uri_mut() = path.parse().unwrap();
            request.extensions_mut().insert(Peer(SocketAddr::from(([127, 0, 0, 1], 1))));
            service.call(request).await.unwrap()
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let fallen = ask("/fall").await;
            assert_eq!(fallen.status(), StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(fallen.headers().get("cache-control").unwrap(), "no-store");
            let html = to_bytes(fallen.into_body(), 1 << 20).await.unwrap();
            let html = String::from_utf8(html.to_vec()).unwrap();
            assert!(html.contains("Something went wrong here") && !html.contains("a test makes"), "{html}");
            assert!(matches!(events.recv().await, Some(Event::Trouble { .. })));
            assert_eq!(ask("/healthz").await.status(), StatusCode::OK);
            assert_eq!(events.recv().await, Some(Event::Recovered));
        });
    }
}
