//! A stage: the real model, update and view before a list in memory, which answers questions as the store would. For pictures of
//! states and for what must hold whatever is typed.

use std::sync::Arc;

use callsheet::domain::account::Account;
use callsheet::domain::catalogue::Catalogue;
use callsheet::domain::contact::{AddressProof, Contact, ContactId, Proofs, Status, Totals};
use callsheet::domain::delivery::{DeliveryId, NoticeId};
use callsheet::domain::email_address::Smtputf8;
use callsheet::domain::language::Language;
use callsheet::domain::position::Position;
use callsheet::domain::routing::{Candidate, Exclusion, route, verdict};
use callsheet::domain::say::Said;
use callsheet::domain::subscription::Subscriptions;
use callsheet::domain::timestamp::Timestamp;
use callsheet::domain::verification::{Limit, LimitKind};
use callsheet::operations::contacts::{Again, Mailing, PageAt, Saved};
use callsheet::operations::coverage::Coverage;
use callsheet::operations::deletion::Deleted;
use callsheet::operations::export::{Existing, Exported};
use callsheet::operations::history::{Anchor, Found, Record, Verdict};
use callsheet::operations::import::{Fate, Heard, Imported, Report, Run, Summary};
use callsheet::operations::notices::{Audience, Fallback, Notified, Person};
use callsheet::operations::outbox::{DeliveryDetail, OutboxEntry, QueueTotals};
use callsheet::operations::page::Page;
use callsheet::operations::subscriptions::{Changed, Restored, Whom};
use callsheet::operations::{Problem, Reach};
use callsheet::tui::effect::{Answer, ColumnFacts, Effect, Question, Refused, Request};
use callsheet::tui::keymap::Keymap;
use callsheet::tui::marks::Marks;
use callsheet::tui::model::{Fixed, Model};
use callsheet::tui::msg::Msg;
use callsheet::tui::places::Places;
use callsheet::tui::screens::settings::SettingsFacts;
use callsheet::tui::theme::Theme;
use callsheet::tui::update;
use chrono::FixedOffset;
use ratatui::layout::Size;

use super::keys::{Step, steps};

/// The moment at which all pictures are taken: 14:03 in UTC.
pub fn now() -> Timestamp {
    Timestamp::parse("2026-11-24T14:03:00Z").unwrap()
}

/// What does not change while the screen is shown.
pub fn fixed(theme: Theme, marks: Marks) -> Fixed {
    Fixed {
        theme,
        marks,
        keys: Keymap::built_in(),
        catalogue: Arc::new(Catalogue::built_in()),
        language: Language::En,
        smtputf8: Smtputf8::Refused,
        offset: FixedOffset::east_opt(0).unwrap(),
        reach: Reach::Everywhere,
        places: Places { home: Some("/home/ada".into()), working: "/srv/lists".into() },
        run: 7,
    }
}

/// The stage.
pub struct Stage {
    pub model: Model,
    /// Sorted as the list shows them.
    pub contacts: Vec<Contact>,
    pub account: Account,
    /// Newest first, as are the entries of the history.
    pub outbox: Vec<OutboxEntry>,
    pub history: Vec<Record>,
    /// What is known of whichever delivery is asked for.
    pub delivery: Option<DeliveryDetail>,
    /// Every effect that was no question.
    pub effects: Vec<Effect>,
}

impl Stage {
    /// A list that has just been opened.
    pub fn new(columns: u16, rows: u16, contacts: Vec<Contact>) -> Self {
        Self::with(columns, rows, contacts, fixed(Theme::Traced, Marks::Unicode))
    }

    pub fn with(columns: u16, rows: u16, contacts: Vec<Contact>, fixed: Fixed) -> Self {
        let size = Size { width: columns, height: rows };
        let mut stage = Self {
            model: Model::new(fixed, SettingsFacts::default(), size, now()),
            contacts,
            account: account(),
            outbox: Vec::new(),
            history: Vec::new(),
            delivery: None,
            effects: Vec::new(),
        };
        let effects = update::start(&mut stage.model);
        stage.settle(effects);
        stage
    }

    /// Types a key script.
    pub fn types(&mut self, script: &str) -> &mut Self {
        for step in steps(script) {
            match step {
                Step::Key(key) => {
                    self.happens(Msg::Key(key));
                }
                Step::Paste(text) => {
                    self.happens(Msg::Paste(text));
                }
                Step::Pause(span) => {
                    let later = self.model.now.plus(span);
                    self.happens(Msg::Time(later));
                }
                Step::Wait(text) => {
                    let shown = super::picture::text(&self.model);
                    assert!(shown.contains(&text), "'{text}' is not on the screen:\n{shown}");
                }
            }
        }
        self
    }

    /// Something happens, and everything that follows from it.
    pub fn happens(&mut self, msg: Msg) -> &mut Self {
        let effects = update::update(&mut self.model, msg);
        self.settle(effects);
        self
    }

    fn settle(&mut self, effects: Vec<Effect>) {
        let mut waiting = effects;
        let mut rounds = 0;
        while !waiting.is_empty() {
            rounds += 1;
            assert!(rounds < 1_000, "questions without an end: {waiting:?}");
            for effect in std::mem::take(&mut waiting) {
                match effect {
                    Effect::Ask { request, question } => waiting.extend(self.answer(request, &question)),
                    Effect::WakeSender
                    | Effect::ReadyFilter
                    | Effect::Configure { .. }
                    | Effect::StopExamining
                    | Effect::Reconfigure
                    | Effect::StopWork { .. }
                    | Effect::Suspend
                    | Effect::Redraw
                    | Effect::Copy(_)
                    | Effect::Mouse(_)
                    | Effect::Draft(_)
                    | Effect::Quit => self.effects.push(effect),
                }
            }
        }
    }

    fn answer(&mut self, request: Request, question: &Question) -> Vec<Effect> {
        let missing = |id: &ContactId| Problem::NoSuchContact(id.0.to_string());
        let found = |id: &ContactId| self.contacts.iter().find(|contact| contact.id == *id).cloned();
        let answer = match question {
            Question::Page { query, at, limit } if query.filter.is_empty() => {
                Answer::Page(Ok(self.page(at, *limit)))
            }
            Question::Page { .. } => {
                Answer::Page(Ok(Page { rows: Vec::new(), at_start: true, at_end: true }))
            }
            Question::Count { .. } => Answer::Count(Ok(0)),
            Question::Matching { .. } => {
                Answer::matching(Ok(self.contacts.iter().map(|contact| contact.id).collect()))
            }
            Question::Totals => Answer::Totals(Ok(totals(&self.contacts))),
            Question::QueueTotals => Answer::QueueTotals(Ok(QueueTotals::default())),
            Question::Contact { id } => Answer::Contact(found(id).ok_or_else(|| missing(id))),
            Question::Coverage => Answer::Coverage(Ok(coverage(&self.contacts, &self.model.fixed.catalogue))),
            Question::Audience { message_type, limit } => {
                Answer::Audience(Ok(audience(&self.contacts, message_type, *limit)))
            }
            Question::Wishes { id } => Answer::Wishes(found(id).ok_or_else(|| missing(id))),
            Question::Choices { at, limit, .. } => Answer::Choices(Ok(self.page(at, *limit))),
            Question::Column { .. } => {
                let contacts = u64::try_from(self.contacts.len()).unwrap();
                Answer::Column(Ok(ColumnFacts { contacts, is_full: false }))
            }
            Question::Subscribe { id, subscriptions, again, .. } => {
                let refused = found(id).filter(|contact| {
                    let is_more = subscriptions.adds_to("activity", &contact.subscriptions);
                    *again == Again::No && contact.unsubscribed_at.is_some() && is_more
                });
                if let Some(contact) = refused {
                    Answer::Subscribed(Err(Problem::HasUnsubscribed { name: contact.name }))
                } else {
                    self.change(&[*id], |_| subscriptions.clone());
                    Answer::Subscribed(
                        self.contacts.iter().find(|contact| contact.id == *id).cloned().ok_or(missing(id)),
                    )
                }
            }
            Question::SetColumn { id, whom, wanted } => {
                let ids = match whom {
                    Whom::These(ids) => ids.clone(),
                    Whom::Filtered(_) => self.contacts.iter().map(|contact| contact.id).collect(),
                };
                let catalogue = Arc::clone(&self.model.fixed.catalogue);
                let set = |before: &Subscriptions| {
                    let mut after = before.clone();
                    after.set(id, *wanted, &catalogue);
                    after
                };
                Answer::SubscriptionsChanged(Ok(self.change(&ids, set)))
            }
            Question::CopySubscriptions { from, to } => {
                let wanted = found(from).map(|contact| contact.subscriptions).unwrap_or_default();
                Answer::SubscriptionsChanged(Ok(self.change(to, |_| wanted.clone())))
            }
            Question::TakeBack { changed } => {
                for step in &changed.steps {
                    self.change(&step.contacts, |_| step.before.clone());
                }
                let restored = changed.count();
                Answer::TakenBack(Ok(Restored { restored, ..Restored::default() }))
            }
            Question::OutboxPage { .. } => {
                let deliveries = self.outbox.iter().filter_map(|entry| match entry {
                    OutboxEntry::Delivery(delivery) => Some(delivery.clone()),
                    OutboxEntry::Notice(_) => None,
                });
                Answer::OutboxPage(Ok(Page { rows: deliveries.collect(), at_start: true, at_end: true }))
            }
            Question::OutboxEntries { .. } => {
                Answer::OutboxEntries(Ok(Page { rows: self.outbox.clone(), at_start: true, at_end: true }))
            }
            Question::Notice { id } => {
                let found = self.outbox.iter().find_map(|entry| match entry {
                    OutboxEntry::Notice(notice) => Some(notice.clone()).filter(|notice| notice.id == *id),
                    OutboxEntry::Delivery(_) => None,
                });
                Answer::Notice(found.ok_or(Problem::NoSuchNotice(id.0)))
            }
            Question::RetryNotice { id } => Answer::NoticeRetried(Err(Problem::NoSuchNotice(id.0))),
            Question::CancelNotice { id } => Answer::NoticeCancelled(Err(Problem::NoSuchNotice(id.0))),
            Question::HistoryPage { .. } => Answer::HistoryPage(Ok(Found {
                page: Page { rows: self.history.clone(), at_start: true, at_end: true },
                rest: None,
            })),
            Question::HistoryHead => Answer::HistoryHead(Ok(Anchor::START)),
            Question::HistoryEntry { .. } => Answer::HistoryEntry(Ok(self.history.first().cloned())),
            Question::CheckHistory => Answer::HistoryChecked(Ok(Some(Verdict::Sound { entries: 0 }))),
            Question::PreviewNotice { form, language } => Answer::NoticePreviewed {
                language: *language,
                text: Ok(format!("{language}\n{}", form.body)),
            },
            Question::Notify { .. } => {
                let waiting = (1..).map(DeliveryId).take(self.contacts.len()).collect();
                let notice = NoticeId(1);
                Answer::Notified(Ok(Notified { notice, waiting, fallback: None, repeated: false }))
            }
            Question::Delivery { id } => {
                Answer::Delivery(self.delivery.clone().ok_or(Problem::NoSuchDelivery(id.0)))
            }
            Question::Proofs { subject } => Answer::Proofs(
                match subject {
                    callsheet::domain::contact::Subject::Contact(id) => {
                        found(id).map(|contact| proofs(&contact))
                    }
                    callsheet::domain::contact::Subject::SecurityEmail => None,
                }
                .ok_or(Problem::NoSecurityEmail),
            ),
            Question::Check { .. } => Answer::Check(Ok(Vec::new())),
            Question::TypoHint { .. } => Answer::TypoHint(Ok(None)),
            Question::Add { form } => {
                let id = self.contacts.iter().map(|contact| contact.id.0).max().unwrap_or(0) + 1;
                let saved = contact(id, &form.name, &form.email);
                self.contacts.push(saved.clone());
                Answer::Added(Ok(Saved { contact: saved, mailing: Mailing::Later }))
            }
            Question::Modify { id, .. } => Answer::Modified(
                found(id)
                    .map(|contact| Saved { contact, mailing: Mailing::NotNeeded })
                    .ok_or_else(|| missing(id)),
            ),
            Question::Delete { ids } => {
                self.contacts.retain(|contact| !ids.contains(&contact.id));
                Answer::Deleted(Ok(Deleted { contacts: ids.clone(), ..Deleted::default() }))
            }
            Question::SendCode { .. } => Answer::CodeSent(Err(Problem::NoSecurityEmail)),
            Question::Confirm { .. } => Answer::Confirmed(Err(Problem::WrongCode { tries_left: 4 })),
            Question::CancelChange { id } => Answer::ChangeCancelled(Err(missing(id))),
            Question::Retry { ids } => Answer::Retried { count: ids.len(), result: Ok(()) },
            Question::Cancel { ids } => Answer::Cancelled { count: ids.len(), result: Ok(()) },
            Question::Account => Answer::Account(Ok(self.account.clone())),
            Question::SetAccount { .. } => Answer::AccountSet(Ok((self.account.clone(), Mailing::NotNeeded))),
            Question::SkipIntroduction => {
                self.account.introduced = true;
                Answer::IntroductionSkipped(Ok(()))
            }
            Question::Export { existing: Existing::Keep, .. } => Answer::Exported(Err(Refused::Exists)),
            Question::Export { .. } => {
                let of = u64::try_from(self.contacts.len()).unwrap();
                Answer::Exported(Ok(Exported { written: of, of, replaced: true }))
            }
            Question::Import { options, .. } => {
                let mut report = report(2);
                report.summary.is_applied = options.run == Run::Real;
                Answer::Imported(Ok(Box::new(report)))
            }
            Question::TestMail { .. } => Answer::TestQueued(Err(Problem::NoSecurityEmail)),
        };
        update::update(&mut self.model, Msg::Answer { request, answer: Box::new(answer) })
    }

    /// Gives some contacts other subscriptions.
    fn change(&mut self, ids: &[ContactId], wanted: impl Fn(&Subscriptions) -> Subscriptions) -> Changed {
        let mut all = Changed::default();
        for contact in self.contacts.iter_mut().filter(|contact| ids.contains(&contact.id)) {
            let before = contact.clone();
            contact.subscriptions = wanted(&before.subscriptions);
            contact.version += 1;
            all.steps.extend(Changed::of(&before, contact, now()).steps);
        }
        all
    }

    fn page(&self, at: &PageAt, limit: usize) -> Page<Contact> {
        let all = self.contacts.len();
        let place = |id: ContactId| self.contacts.iter().position(|contact| contact.id == id);
        let (from, to) = match at {
            PageAt::First => (0, limit.min(all)),
            PageAt::Last => (all.saturating_sub(limit), all),
            PageAt::After(anchor) => {
                let from = place(anchor.id).map_or(0, |place| place + 1);
                (from, (from + limit).min(all))
            }
            PageAt::Before(anchor) => {
                let to = place(anchor.id).unwrap_or(0);
                (to.saturating_sub(limit), to)
            }
            PageAt::From(anchor) => {
                let from = place(anchor.id).unwrap_or(0);
                (from, (from + limit).min(all))
            }
            PageAt::Letters(letters) => {
                let begins = |contact: &Contact| contact.name.as_str() >= letters.as_str();
                let from = self.contacts.iter().position(begins).unwrap_or(all.saturating_sub(1));
                (from, (from + limit).min(all))
            }
            PageAt::Percent(percent) => {
                let from = (all * usize::from(*percent) / 100).min(all.saturating_sub(1));
                (from, (from + limit).min(all))
            }
        };
        Page { rows: self.contacts[from..to].to_vec(), at_start: from == 0, at_end: to == all }
    }
}

/// A report of so many new contacts, of one that is changed, of one with a warning, and of one row that is refused.
pub fn report(added: u64) -> Report {
    let mut report = Report::default();
    let mut hear = |line, fate, email: &str, reasons: &[&str], warnings: &[&str]| {
        let owned = |words: &[&str]| words.iter().map(|word| Said::foreign(*word)).collect();
        let (reasons, warnings) = (owned(reasons), owned(warnings));
        let email = email.to_owned();
        report.hear(Heard::Row(Imported { line, fate, email, contact: None, reasons, warnings, held: None }));
    };
    for line in 2..2 + added {
        hear(line, Fate::Added, &format!("员工{line}@example.cn"), &[], &[]);
    }
    hear(added + 2, Fate::Changed, "ada@example.org", &[], &[]);
    hear(
        added + 3,
        Fate::Unchanged,
        "grace@example.org",
        &[],
        &["there is no message type 'newer.type' here; it is kept"],
    );
    let blank = "name: a name has no white space; character 4 of this one is U+0020 (blank); 'EveMoneypenny' would be one";
    hear(
        added + 4,
        Fate::Refused,
        "eve@example.org\u{1b}",
        &[blank, "email: it has a control character"],
        &[],
    );
    report.hear(Heard::Remark(Said::foreign("the column 'Phone' means nothing here and was left out")));
    let limit =
        Limit { kind: LimitKind::PerDatabase, until: now().plus(std::time::Duration::from_secs(5 * 3600)) };
    report.summary = Summary {
        added,
        changed: 1,
        unchanged: 1,
        refused: 1,
        codes: added.min(1),
        held: (added > 1).then_some((added - 1, limit)),
        ..Summary::default()
    };
    report
}

/// The account that is shown.
pub fn account() -> Account {
    Account {
        name: "Example Ltd".to_owned(),
        security_email: Some("security@example.com".to_owned()),
        security_email_status: Some(Status::Verified),
        language: Language::En,
        introduced: true,
    }
}

/// A verified contact without anything special.
pub fn contact(id: i64, name: &str, email: &str) -> Contact {
    Contact {
        id: ContactId(id),
        name: name.to_owned(),
        email: email.to_owned(),
        position: None,
        language: Language::En,
        status: Status::Verified,
        verified_at: Some(now()),
        code_sent_at: None,
        pending_email: None,
        unsubscribed_at: None,
        subscriptions: Subscriptions::from_ids(["security".to_owned()]),
        version: 1,
    }
}

/// The contacts of the design's picture, one in every state, and such as break columns.
pub fn cast() -> Vec<Contact> {
    let every =
        Catalogue::built_in().categories().iter().map(|category| category.id.clone()).collect::<Vec<_>>();
    let subscribed = |ids: &[&str]| Subscriptions::from_ids(ids.iter().map(|id| (*id).to_owned()));
    vec![
        Contact {
            position: Some(Position::FinanceDirector),
            subscriptions: subscribed(&["account", "service"]),
            ..contact(1, "王小明", "xiaoming@example.cn")
        },
        Contact {
            position: Some(Position::TechnicalDirector),
            status: Status::CodeSent,
            verified_at: None,
            code_sent_at: Some(now()),
            subscriptions: Subscriptions::from_ids(every),
            ..contact(2, "AdaLovelace", "ada@example.org")
        },
        Contact {
            position: Some(Position::MaintenanceDirector),
            status: Status::Undeliverable,
            verified_at: None,
            subscriptions: subscribed(&["product.release"]),
            ..contact(3, "ops", "ops@example.org")
        },
        Contact {
            status: Status::Expired,
            verified_at: None,
            subscriptions: subscribed(&[]),
            ..contact(4, "Éléonore", "eleonore.de.la.tour.du.pin.gouvernet@departement.example.fr")
        },
        Contact {
            status: Status::Unverified,
            verified_at: None,
            position: Some(Position::Ceo),
            ..contact(5, "諸葛亮諸葛亮諸葛亮諸葛亮諸葛亮諸葛亮諸葛", "zhuge@例子.公司")
        },
        Contact {
            pending_email: Some("grace@new.example.org".to_owned()),
            ..contact(6, "Grace", "grace@example.org")
        },
        contact(7, "\u{202e}live", "evil@example.org"),
    ]
}

/// `count` contacts with names in order.
pub fn crowd(count: i64) -> Vec<Contact> {
    (1..=count).map(|id| contact(id, &format!("person{id:04}"), &format!("p{id}@example.org"))).collect()
}

fn totals(contacts: &[Contact]) -> Totals {
    let of = |status: Status| {
        u64::try_from(contacts.iter().filter(|contact| contact.status == status).count()).unwrap()
    };
    Totals {
        contacts: u64::try_from(contacts.len()).unwrap(),
        unverified: of(Status::Unverified),
        code_sent: of(Status::CodeSent),
        expired: of(Status::Expired),
        verified: of(Status::Verified),
        undeliverable: of(Status::Undeliverable),
    }
}

/// The coverage of a catalogue, by the one rule.
fn coverage(contacts: &[Contact], catalogue: &Catalogue) -> Vec<Coverage> {
    let types_of = |id: &str| -> Vec<String> {
        let category = catalogue.category(id);
        category
            .map_or(vec![id.to_owned()], |category| category.types.iter().map(|one| one.id.clone()).collect())
    };
    let counted = |id: &str| {
        let types = types_of(id);
        let receives =
            |contact: &&Contact| types.iter().any(|one| verdict(one, &Candidate::of(contact)).is_ok());
        let recipients = u64::try_from(contacts.iter().filter(receives).count()).unwrap();
        Coverage { id: id.to_owned(), is_category: !id.contains('.'), recipients }
    };
    catalogue.ids().map(counted).collect()
}

/// Who would get a type, by the one rule.
fn audience(contacts: &[Contact], message_type: &str, limit: usize) -> Audience {
    let route = route(message_type, contacts.iter().map(Candidate::of));
    let mut people: Vec<(Person, Result<(), Exclusion>)> = Vec::new();
    for contact in contacts {
        let person = Person { contact: contact.id, name: contact.name.clone(), email: contact.email.clone() };
        people.push((person, verdict(message_type, &Candidate::of(contact))));
    }
    people.sort_by_key(|(_, verdict)| verdict.is_err());
    people.truncate(limit);
    Audience {
        message_type: message_type.to_owned(),
        recipients: u64::try_from(route.recipients.len()).unwrap(),
        excluded: u64::try_from(route.excluded.len()).unwrap(),
        people,
        fallback: route.fallback.map(|reason| Fallback { email: account().security_email, reason }),
    }
}

fn proofs(contact: &Contact) -> Proofs {
    Proofs {
        subject: callsheet::domain::contact::Subject::Contact(contact.id),
        name: contact.name.clone(),
        present: AddressProof {
            email: contact.email.clone(),
            status: contact.status,
            void: None,
            verified_at: contact.verified_at,
            queued_at: contact.code_sent_at,
            sent_at: contact.code_sent_at,
            expires_at: None,
            tries_left: None,
            mail: None,
            server: None,
            limit: None,
        },
        pending: None,
    }
}
