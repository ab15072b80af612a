//! The templates in `assets/mail/`, compiled in, and what is put into them. HTML is escaped by the template engine, text is
//! not; both get every value with harmful characters escaped first. The text of a notice alone is put in as it is: it was
//! checked, and made into HTML, before.

use std::sync::{Arc, LazyLock};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{Environment, Error, UndefinedBehavior, context};

use super::moment::written;
use super::{Content, Letter};
use crate::domain::routing::FallbackReason;
use crate::domain::safe_text::safe;

macro_rules! source {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../assets/mail/", $name)))
    };
}

/// Name and source; an ending of `.html` makes the engine escape.
const SOURCES: [(&str, &str); 17] = [
    source!("frame.html"),
    source!("verification.en.txt"),
    source!("verification.en.html"),
    source!("verification.zh-CN.txt"),
    source!("verification.zh-CN.html"),
    source!("change.en.txt"),
    source!("change.en.html"),
    source!("change.zh-CN.txt"),
    source!("change.zh-CN.html"),
    source!("test.en.txt"),
    source!("test.en.html"),
    source!("test.zh-CN.txt"),
    source!("test.zh-CN.html"),
    source!("notice.en.txt"),
    source!("notice.en.html"),
    source!("notice.zh-CN.txt"),
    source!("notice.zh-CN.html"),
];

/// Parsed once; nothing ever changes it.
static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build().expect("the delimiters are the default ones"));
    for (name, source) in SOURCES {
        environment.add_template(name, source).expect("every template is parsed by a test");
    }
    environment
});

/// The text part, lines ending in `\n`.
pub fn text(letter: &Letter<'_>) -> Result<String, Error> {
    render(letter, Ending::Text)
}

/// The HTML part, a whole document, lines ending in `\n`.
pub fn html(letter: &Letter<'_>, subject: &str) -> Result<String, Error> {
    let content = render(letter, Ending::Html)?;
    let frame =
        context! { lang => letter.language.id(), subject, content => Value::from_safe_string(content) };
    TEMPLATES.get_template("frame.html")?.render(frame)
}

/// Which part of the mail a template makes.
#[derive(Clone, Copy)]
enum Ending {
    Text,
    Html,
}

fn render(letter: &Letter<'_>, part: Ending) -> Result<String, Error> {
    let (kind, language) = (letter.content.kind().id(), letter.language.id());
    let ending = match part {
        Ending::Text => "txt",
        Ending::Html => "html",
    };
    TEMPLATES.get_template(&format!("{kind}.{language}.{ending}"))?.render(values(letter, part))
}

/// Every template gets every value that its kind has; what is missing is `none`.
fn values(letter: &Letter<'_>, part: Ending) -> Value {
    let own = match letter.content {
        Content::Verification { code, link, expires_at, for_security_email } => context! {
            code => shown(code),
            link => link.map(link_value),
            expires => written(expires_at, letter.language),
            security => for_security_email,
        },
        Content::Change { replaced_by_masked } => context! { replaced_by => shown(replaced_by_masked) },
        Content::Test { message_type_title } => context! { title => message_type_title.map(shown) },
        Content::Notice { subject: _, body, type_title, category_title, fallback, unsubscribe } => context! {
            body => match part {
                Ending::Text => Value::from(Arc::clone(&body.text)),
                Ending::Html => body.html.clone(),
            },
            title => shown(type_title),
            category => shown(category_title),
            fallback => fallback.map(FallbackReason::id),
            unsubscribe => unsubscribe.is_some(),
            link => unsubscribe.and_then(|way| way.link()).as_deref().map(link_value),
            mail_to => unsubscribe.map(|way| shown(way.mail_to)),
            mail_subject => unsubscribe.map(|way| way.mail_subject()),
            mail_link => unsubscribe.map(|way| Value::from_safe_string(way.mail_link())),
        },
    };
    context! {
        name => letter.to_name.map(shown),
        account => shown(letter.letterhead.writer()),
        ..own
    }
}

fn shown(text: &str) -> String {
    safe(text).into_owned()
}

/// A link of which [`compose`](super::compose) has checked every character stands as it is, so that `/` is not written as a
/// character reference, which some programs that look for links do not read. All others are escaped.
fn link_value(link: &str) -> Value {
    match super::check_link(link) {
        Ok(()) => Value::from_safe_string(link.to_owned()),
        Err(_) => Value::from(shown(link)),
    }
}
