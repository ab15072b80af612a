//! Pages: what a visitor reads. Templates in `assets/web/`, compiled in; the engine escapes every value, and harmful
//! characters are escaped before that.
//!
//! A page is one document: no script, no picture, nothing that is fetched. Its form posts to the address it was opened at, so
//! no page holds a link or a token.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{Environment, Error, UndefinedBehavior, context};
use sha2::{Digest, Sha256};

use crate::domain::language::Language;
use crate::domain::safe_text::safe;

/// What a page says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page<'a> {
    /// Asks to press the button that confirms.
    Confirm(Address<'a>),
    Confirmed(Address<'a>),
    /// Asks to press the button that unsubscribes.
    Unsubscribe(Address<'a>),
    Unsubscribed(Address<'a>),
    /// Says why there is nothing of the above.
    Problem(Problem),
}

/// Whose page it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address<'a> {
    pub masked: &'a str,
    pub account: &'a str,
    pub for_security_email: bool,
}

/// Why a visitor cannot be given what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Unknown, wrong, void or past its time; the same page for all of them.
    Link,
    /// No page has this address.
    Nothing,
    /// The page is for GET, HEAD and perhaps POST.
    Method,
    /// The body is no body.
    Broken,
    /// The body came too slowly.
    Slow,
    /// The body is too large.
    Large,
    /// Too many requests; the next may come in so many seconds.
    Many { seconds: u64 },
    /// The database cannot be reached now; the method of the request, to try it again.
    Busy { retry: Retry },
    /// A fault of ours.
    Fault,
}

/// The method by which a request is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    Get,
    Post,
}

macro_rules! source {
    ($name:literal) => {
        ($name, include_str!(concat!("../../assets/web/", $name)))
    };
}

/// The look of every page, in the page itself.
const STYLE: &str = include_str!("../../assets/web/page.css");

const SOURCES: [(&str, &str); 11] = [
    source!("frame.html"),
    source!("confirm.en.html"),
    source!("confirm.zh-CN.html"),
    source!("confirmed.en.html"),
    source!("confirmed.zh-CN.html"),
    source!("unsubscribe.en.html"),
    source!("unsubscribe.zh-CN.html"),
    source!("unsubscribed.en.html"),
    source!("unsubscribed.zh-CN.html"),
    source!("problem.en.html"),
    source!("problem.zh-CN.html"),
];

/// Parsed once; nothing ever changes it.
static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    environment.set_syntax(syntax.build().expect("the delimiters are the default ones"));
    for (name, source) in SOURCES {
        environment.add_template(name, source).expect("every template is parsed by a test");
    }
    environment
});

/// The style as the policy of the page names it (CSP level 3, hash-source): nothing but this style is ever used.
pub static STYLE_HASH: LazyLock<String> =
    LazyLock::new(|| format!("sha256-{}", STANDARD.encode(Sha256::digest(STYLE))));

impl Page<'_> {
    /// The whole document.
    ///
    /// # Errors
    /// If a template asks for what it is not given; a test renders them all.
    pub fn html(&self, language: Language) -> Result<String, Error> {
        let name = format!("{}.{}.html", self.template(), language.id());
        let content = TEMPLATES.get_template(&name)?.render(self.values())?;
        TEMPLATES.get_template("frame.html")?.render(context! {
            lang => language.id(),
            heading => self.heading(language),
            account => self.address().map_or_else(String::new, |address| shown(address.account)),
            style => Value::from_safe_string(STYLE.to_owned()),
            content => Value::from_safe_string(content),
        })
    }

    const fn template(&self) -> &'static str {
        match self {
            Self::Confirm(_) => "confirm",
            Self::Confirmed(_) => "confirmed",
            Self::Unsubscribe(_) => "unsubscribe",
            Self::Unsubscribed(_) => "unsubscribed",
            Self::Problem(_) => "problem",
        }
    }

    const fn address(&self) -> Option<&Address<'_>> {
        match self {
            Self::Confirm(address)
            | Self::Confirmed(address)
            | Self::Unsubscribe(address)
            | Self::Unsubscribed(address) => Some(address),
            Self::Problem(_) => None,
        }
    }

    fn values(&self) -> Value {
        let Self::Problem(problem) = self else {
            return self.address().map_or(Value::UNDEFINED, |address| {
                context! {
                    address => shown(address.masked),
                    account => shown(address.account),
                    security => address.for_security_email,
                }
            });
        };
        match *problem {
            Problem::Many { seconds } => context! { problem => problem.id(), seconds },
            Problem::Busy { retry: Retry::Get } => context! { problem => problem.id(), retry => "get" },
            Problem::Busy { retry: Retry::Post } => context! { problem => problem.id(), retry => "post" },
            Problem::Link
            | Problem::Nothing
            | Problem::Method
            | Problem::Broken
            | Problem::Slow
            | Problem::Large
            | Problem::Fault => context! { problem => problem.id() },
        }
    }

    /// The one heading, which is the title too.
    const fn heading(&self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Confirm(_), Language::En) => "Confirm your address",
            (Self::Confirm(_), Language::ZhCn) => "验证您的邮箱",
            (Self::Confirmed(_), Language::En) => "Address confirmed",
            (Self::Confirmed(_), Language::ZhCn) => "邮箱已通过验证",
            (Self::Unsubscribe(_), Language::En) => "Stop activity messages?",
            (Self::Unsubscribe(_), Language::ZhCn) => "退订活动消息？",
            (Self::Unsubscribed(_), Language::En) => "Activity messages stopped",
            (Self::Unsubscribed(_), Language::ZhCn) => "活动消息已退订",
            (Self::Problem(problem), language) => problem.heading(language),
        }
    }
}

impl Problem {
    /// As the templates know it.
    const fn id(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Nothing => "nothing",
            Self::Method => "method",
            Self::Broken => "broken",
            Self::Slow => "slow",
            Self::Large => "large",
            Self::Many { .. } => "many",
            Self::Busy { .. } => "busy",
            Self::Fault => "fault",
        }
    }

    const fn heading(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Link, Language::En) => "This link does not count any more",
            (Self::Link, Language::ZhCn) => "此链接已失效",
            (Self::Nothing, Language::En) => "There is no such page",
            (Self::Nothing, Language::ZhCn) => "没有此页面",
            (Self::Method, Language::En) => "This cannot be done here",
            (Self::Method, Language::ZhCn) => "无法执行此操作",
            (Self::Broken, Language::En) => "The request is not whole",
            (Self::Broken, Language::ZhCn) => "请求不完整",
            (Self::Slow, Language::En) => "The request came too slowly",
            (Self::Slow, Language::ZhCn) => "请求超时",
            (Self::Large, Language::En) => "The request is too large",
            (Self::Large, Language::ZhCn) => "请求内容过大",
            (Self::Many { .. }, Language::En) => "Too many requests",
            (Self::Many { .. }, Language::ZhCn) => "请求过于频繁",
            (Self::Busy { .. }, Language::En) => "Please try again in a moment",
            (Self::Busy { .. }, Language::ZhCn) => "请稍后重试",
            (Self::Fault, Language::En) => "Something went wrong here",
            (Self::Fault, Language::ZhCn) => "本页出现故障",
        }
    }
}

fn shown(text: &str) -> String {
    safe(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> Address<'static> {
        Address { masked: "a•••@example.org", account: "Example Ltd", for_security_email: false }
    }

    fn pages() -> Vec<Page<'static>> {
        let security = Address { for_security_email: true, ..address() };
        let mut pages = vec![
            Page::Confirm(address()),
            Page::Confirm(security),
            Page::Confirmed(address()),
            Page::Confirmed(security),
            Page::Unsubscribe(address()),
            Page::Unsubscribed(address()),
        ];
        pages.extend(
            [
                Problem::Link,
                Problem::Nothing,
                Problem::Method,
                Problem::Broken,
                Problem::Slow,
                Problem::Large,
                Problem::Many { seconds: 7 },
                Problem::Busy { retry: Retry::Get },
                Problem::Busy { retry: Retry::Post },
                Problem::Fault,
            ]
            .map(Page::Problem),
        );
        pages
    }

    /// The text between tags, blanks and line breaks made one blank.
    fn text(html: &str) -> String {
        let body = html.split_once("<body>").unwrap().1;
        let mut text = String::new();
        let mut in_tag = false;
        for character in body.chars() {
            match character {
                '<' => in_tag = true,
                '>' => {
                    in_tag = false;
                    text.push(' ');
                }
                other if !in_tag => text.push(other),
                _ => {}
            }
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_page_reads_well_in_every_language() {
        let mut all = String::new();
        for language in Language::ALL {
            for page in pages() {
                all.push_str(&format!("{}\n", text(&page.html(language).unwrap())));
            }
        }
        insta::assert_snapshot!(all);
    }

    #[test]
    fn a_whole_page_has_one_of_everything() {
        insta::assert_snapshot!(Page::Confirm(address()).html(Language::En).unwrap().replace(STYLE, "…"));
    }

    #[test]
    fn every_page_has_its_language_one_heading_and_a_size_for_phones() {
        for language in Language::ALL {
            for page in pages() {
                let html = page.html(language).unwrap();
                assert!(html.starts_with(&format!("<!doctype html>\n<html lang=\"{}\">", language.id())));
                for once in ["<h1>", "<main>", "<title>", "<style>", "name=\"viewport\""] {
                    assert_eq!(html.matches(once).count(), 1, "{once} in {page:?}");
                }
                assert_eq!(html.matches("<form").count(), html.matches("<form method=\"").count());
                let tags: String = html.split('<').filter_map(|rest| rest.split('>').next()).collect();
                for never in ["script", " on", "src=", "href=", "action=", "style=", "{{", "{%"] {
                    assert!(!tags.contains(never), "{never} in {page:?}");
                }
            }
        }
    }

    #[test]
    fn hostile_texts_are_shown_not_obeyed() {
        let hostile = Address {
            masked: "\"><script>alert(1)</script>@example.org",
            account: "</title><h1>A\u{202e}B & 'C'",
            for_security_email: false,
        };
        let html = Page::Confirm(hostile).html(Language::En).unwrap();
        assert!(!html.contains("<script>") && !html.contains('\u{202e}'));
        assert_eq!((html.matches("<h1>").count(), html.matches("</title>").count()), (1, 1));
        assert!(html.contains("&lt;script&gt;alert(1)"), "{html}");
        assert!(html.contains(r"A\u{202E}B &amp; "), "{html}");
    }

    #[test]
    fn the_policy_names_the_style_as_it_stands_in_the_page() {
        let html = Page::Problem(Problem::Link).html(Language::En).unwrap();
        let style = html.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        assert_eq!(*STYLE_HASH, format!("sha256-{}", STANDARD.encode(Sha256::digest(style))));
    }

    /// Contrast by WCAG 2.2, "relative luminance".
    fn contrast(one: &str, other: &str) -> f64 {
        let luminance = |color: &str| {
            let channel = |at: usize| {
                let value = f64::from(u8::from_str_radix(&color[at..at + 2], 16).unwrap()) / 255.0;
                if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_text_has_a_contrast_of_at_least_four_and_a_half() {
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.001);
        let (light, dark) = STYLE.split_once("prefers-color-scheme: dark").unwrap();
        for scheme in [light, dark] {
            let color = |name: &str| {
                let value = scheme.split_once(&format!("--{name}: ")).unwrap().1;
                value.split_once(';').unwrap().0
            };
            for (text, ground) in [("ink", "paper"), ("quiet", "paper"), ("on-button", "button")] {
                let found = contrast(color(text), color(ground));
                assert!(found >= 4.5, "{text} on {ground}: {found:.2}");
            }
            // The edge of the button, and of its focus (WCAG 1.4.11).
            for (edge, ground) in [("button", "paper"), ("ink", "paper")] {
                assert!(contrast(color(edge), color(ground)) >= 3.0, "{edge} on {ground}");
            }
        }
    }

    #[test]
    fn text_is_never_smaller_than_sixteen_pixels() {
        for size in STYLE.split("font-size: ").skip(1).chain(STYLE.split("font: ").skip(1)) {
            let Some((number, _)) = size.split_once("rem") else { continue };
            let Ok(number) = number.parse::<f64>() else { continue };
            assert!(number >= 1.0, "{number} rem");
        }
        assert!(STYLE.contains("min-height: 3rem"), "the button is 48 px high at least");
    }
}
