//! What is going to happen, made from the seed alone: which chats begin when and with what, and which
//! faults come when. Whom a fault hits is chosen among those that live then, by the plan's number.

use std::time::Duration;

use super::{
    options::Options,
    prompts::{self, Prompt},
    random::Random,
};

pub struct Plan {
    pub conversations: Vec<Conversation>,
    /// In the order of their times.
    pub faults: Vec<Fault>,
    /// What has not come by then is left out.
    pub faults_until: Duration,
}

/// A chat: its prompts one after the other, each as soon as the run before it is done.
pub struct Conversation {
    pub begins_at: Duration,
    pub prompts: Vec<Prompt>,
    pub readers: u64,
    /// All prompts are given at once, where there is a queue.
    pub queues: bool,
    pub random: Random,
}

pub struct Fault {
    pub at: Duration,
    pub kind: Kind,
    pub random: Random,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `kill -9` of the server.
    ServerKilled,
    /// SIGTERM to the server.
    ServerTerminated,
    /// `kill -9` of the server, and of the next one while it starts.
    ServerKilledInStart,
    /// `kill -9` of a shim.
    ShimKilled,
    /// `kill -9` of an agent program.
    ProgramKilled,
    /// `kill -9` of the server, a shim and its agent program.
    AllKilled,
    /// `kill -9` of the server and several shims, as when the machine runs out of memory.
    ManyKilled,
    /// Cancelled through the API.
    Cancelled,
}

/// How often each is chosen.
const WEIGHTS: &[(Kind, u64)] = &[
    (Kind::ServerKilled, 30),
    (Kind::ServerTerminated, 10),
    (Kind::ServerKilledInStart, 10),
    (Kind::ShimKilled, 12),
    (Kind::ProgramKilled, 12),
    (Kind::AllKilled, 8),
    (Kind::ManyKilled, 5),
    (Kind::Cancelled, 13),
];

/// The share of the whole time in which chats begin, in percent, and in which faults come.
const BEGINNING: u32 = 45;
const FAULTS: u32 = 55;
const LAST_FAULT: u32 = 70;

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::ServerKilled => "server killed",
            Self::ServerTerminated => "server terminated",
            Self::ServerKilledInStart => "server killed, and again in its start",
            Self::ShimKilled => "shim killed",
            Self::ProgramKilled => "agent program killed",
            Self::AllKilled => "server, shim and agent program killed",
            Self::ManyKilled => "server and several shims killed",
            Self::Cancelled => "run cancelled",
        }
    }

    pub fn all() -> impl Iterator<Item = Self> {
        WEIGHTS.iter().map(|(kind, _)| *kind)
    }
}

impl Plan {
    pub fn new(options: &Options) -> Self {
        let root = Random::new(options.seed);
        let (conversations, faults) = (conversations(options, root.branch(1)), faults(options, root.branch(2)));
        Self { conversations, faults, faults_until: options.length * LAST_FAULT / 100 }
    }
}

fn conversations(options: &Options, mut random: Random) -> Vec<Conversation> {
    let longest = (options.length.as_secs() / 5).clamp(2, 12);
    let within = options.length * BEGINNING / 100;
    let (mut conversations, mut left) = (Vec::new(), options.runs);
    while left > 0 {
        let count = (random.weighted(&[5, 3, 2]) + 1).min(left);
        left -= count;
        let prompts = (0..count).map(|_| prompts::prompt(&mut random, longest)).collect();
        let begins_at = within.mul_f64(random.between(0, 1000) as f64 / 1000.0);
        let readers = random.between(1, 4);
        let queues = random.chance(2);
        let random = random.branch(1000 + conversations.len() as u64);
        conversations.push(Conversation { begins_at, prompts, readers, queues, random });
    }
    conversations
}

fn faults(options: &Options, mut random: Random) -> Vec<Fault> {
    let (begin, within) = (Duration::from_millis(700), options.length * FAULTS / 100);
    let weights: Vec<u64> = WEIGHTS.iter().map(|(_, weight)| *weight).collect();
    let mut faults: Vec<Fault> = (0..options.kills)
        .map(|number| Fault {
            at: begin + within.mul_f64(random.between(0, 1000) as f64 / 1000.0),
            kind: WEIGHTS[random.weighted(&weights)].0,
            random: random.branch(number as u64),
        })
        .collect();
    faults.sort_by_key(|fault| fault.at);
    faults
}
