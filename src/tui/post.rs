//! The sender beside the screen. It can be exchanged for one with other settings: the one before ends its mails in hand first, and
//! nobody waits for that. One that falls over is started anew, unless it has just been: what it had in hand is claimed by the next.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender as Channel, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::msg::Msg;
use super::worker::last_words;
use crate::domain::say::saying;
use crate::mail::sender::{Sender, SenderEvent, SenderSettings};

/// A sender that falls over again within this time is not started again: a mail may be the reason.
const FALLS_APART: Duration = Duration::from_secs(60);

/// Handle on the sender, whichever it is now.
pub struct Post {
    orders: Channel<Order>,
    ended: Receiver<()>,
}

enum Order {
    Wake,
    Exchange(Box<SenderSettings>),
    /// The sender fell over, with its last words.
    Fell(String),
    End,
}

impl Post {
    /// Starts the sender; what it tells goes to `messages`. Mails in hand may take `patience` to end when it is exchanged or stopped.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(settings: SenderSettings, messages: Channel<Msg>, patience: Duration) -> io::Result<Self> {
        let (orders, inbox) = channel();
        let (ending, ended) = channel();
        let mut counter =
            Counter { settings, sender: None, messages, orders: orders.clone(), patience, fell: None };
        counter.sender = Some(counter.start()?);
        thread::Builder::new().name("post".to_owned()).spawn(move || {
            while let Err(panic) = catch_unwind(AssertUnwindSafe(|| counter.work(&inbox))) {
                counter.go_on(last_words(panic.as_ref()));
            }
            counter.stop();
            // Nobody listens any more if that took too long.
            let _heard = ending.send(());
        })?;
        Ok(Self { orders, ended })
    }

    /// Tells the sender that something was queued. Never waits.
    pub fn wake(&self) {
        self.order(Order::Wake);
    }

    /// Goes on with other settings. Never waits.
    pub fn exchange(&self, settings: SenderSettings) {
        self.order(Order::Exchange(Box::new(settings)));
    }

    /// Lets the mails in hand end, `limit` at most.
    pub fn stop(&self, limit: Duration) {
        self.order(Order::End);
        match self.ended.recv_timeout(limit) {
            Ok(()) | Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout) => {}
        }
    }

    fn order(&self, order: Order) {
        // The thread ends only after it was told to.
        let _received = self.orders.send(order);
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        self.order(Order::End);
    }
}

/// What the thread works with.
struct Counter {
    settings: SenderSettings,
    sender: Option<Sender>,
    messages: Channel<Msg>,
    /// For what the sender has to say to this thread.
    orders: Channel<Order>,
    patience: Duration,
    /// When the sender fell over last.
    fell: Option<Instant>,
}

impl Counter {
    fn work(&mut self, inbox: &Receiver<Order>) {
        for order in inbox {
            #[cfg(test)]
            super::runtime::tests::fall("post");
            match order {
                Order::Wake => self.sender.iter().for_each(Sender::wake),
                Order::Exchange(settings) => {
                    // One that a silent server holds ends by itself; until then the new one stands by.
                    self.stop();
                    self.settings = *settings;
                    self.begin();
                }
                Order::Fell(words) => self.begin_again(words),
                Order::End => return,
            }
        }
    }

    /// After a fall of this thread itself: what it was told last is lost, so the sender looks.
    fn go_on(&mut self, words: String) {
        match &self.sender {
            Some(sender) => sender.wake(),
            None => self.begin(),
        }
        self.tell(Msg::SenderFell(words));
    }

    fn begin_again(&mut self, words: String) {
        self.stop();
        let now = Instant::now();
        if self.fell.replace(now).is_some_and(|before| now.saturating_duration_since(before) < FALLS_APART) {
            let words = saying!("the sender ended because of a fault of its own").to_string();
            return self.tell(Msg::Sender(SenderEvent::Stopped { words }));
        }
        self.begin();
        self.tell(Msg::SenderFell(words));
    }

    fn begin(&mut self) {
        match self.start() {
            Ok(sender) => self.sender = Some(sender),
            Err(error) => self.tell(Msg::Sender(SenderEvent::Stopped { words: error.to_string() })),
        }
    }

    fn start(&self) -> io::Result<Sender> {
        let (messages, orders) = (self.messages.clone(), self.orders.clone());
        let tell = move |event| {
            #[cfg(test)]
            super::runtime::tests::fall("sender");
            // Nobody listens any more when the program ends.
            let _heard = messages.send(Msg::Sender(event));
        };
        let fell = move |panic: Box<dyn Any + Send>| {
            let _received = orders.send(Order::Fell(last_words(panic.as_ref())));
        };
        Sender::start(self.settings.clone(), tell, fell)
    }

    fn stop(&mut self) {
        if let Some(sender) = self.sender.take() {
            let _in_time = sender.stop(self.patience);
        }
    }

    fn tell(&self, msg: Msg) {
        let _heard = self.messages.send(msg);
    }
}
