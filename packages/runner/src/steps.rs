//! The steps of a live run: folded from its events, and held until the database has them.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
};

use domain::{Event, EventId, Fold, RunId, Step, StepBody, StepChange, StepId, fold::floor_char_boundary, step::INLINE_BYTES};

/// What a live run's conversation looks like at one event: the database up to `committed`, and
/// this after it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Steps that the database may not have yet, and the open ones, by ordinal.
    pub steps: Vec<Step>,
    /// The next ordinal of this run: what the database has from here on is younger than this snapshot.
    pub next_ordinal: u32,
    /// The last event these steps contain; `None` before the first.
    pub last_event: Option<EventId>,
}

/// What the database has of a run already.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The ordinals of closed steps.
    pub closed: HashSet<u32>,
    /// The highest number of a piece, by ordinal.
    pub pieces: HashMap<u32, u32>,
}

impl Known {
    fn has(&self, change: &StepChange) -> bool {
        match change {
            StepChange::Closed(step) => self.closed.contains(&step.id.ordinal),
            StepChange::Piece { id, index, .. } => {
                self.closed.contains(&id.ordinal) || self.pieces.get(&id.ordinal).is_some_and(|last| index <= last)
            }
        }
    }
}

pub struct Steps {
    run: RunId,
    known: Known,
    fold: Fold,
    /// Closed and not in the database yet, oldest first.
    pending: VecDeque<StepChange>,
    pending_bytes: usize,
    last_event: Option<EventId>,
}

impl Steps {
    pub fn new(run: RunId, first_ordinal: u32) -> Self {
        Self {
            run,
            known: Known::default(),
            fold: Fold::new(run, first_ordinal),
            pending: VecDeque::new(),
            pending_bytes: 0,
            last_event: None,
        }
    }

    /// Leaves out what the database has, as it comes: a long run that is taken up again is not held whole.
    pub fn knowing(mut self, known: Known) -> Self {
        self.known = known;
        self
    }

    /// The replay is over: what comes now is new.
    pub fn forget_known(&mut self) {
        self.known = Known::default();
    }

    /// Takes the next event; `large` gives the whole of a tool call that the event shows in part.
    pub fn apply<'a>(&mut self, event: &Event, at: i64, id: EventId, large: impl FnOnce() -> Option<Cow<'a, str>>) {
        let mut changes = Vec::new();
        self.fold.apply(event, at, &mut changes);
        self.last_event = Some(id);
        let mut large = Some(large);
        for mut change in changes {
            if self.known.has(&change) {
                continue;
            }
            if let (StepChange::Closed(step), Event::ToolCall(_)) = (&mut change, event)
                && matches!(step.body, StepBody::ToolCall(_))
                && let Some(whole) = large.take().and_then(|large| large())
            {
                step.size = whole.len() as u64;
                pieces(step.id, &whole).into_iter().for_each(|piece| self.push(piece));
            }
            self.push(change);
        }
    }

    /// The oldest pending changes, about `bytes` of them.
    pub fn pending(&self, bytes: usize) -> Vec<StepChange> {
        let mut sum = 0;
        self.pending
            .iter()
            .take_while(|change| {
                let before = sum;
                sum += size(change);
                before < bytes
            })
            .cloned()
            .collect()
    }

    pub fn pending_len(&self) -> usize {
        self.pending.len()
    }

    pub fn has_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    pub fn pending_bytes(&self) -> usize {
        self.pending_bytes
    }

    pub fn committed(&mut self, count: usize) {
        let committed: usize = self.pending.drain(..count.min(self.pending.len())).map(|change| size(&change)).sum();
        self.pending_bytes = self.pending_bytes.saturating_sub(committed);
    }

    fn push(&mut self, change: StepChange) {
        if self.known.has(&change) {
            return;
        }
        self.pending_bytes += size(&change);
        self.pending.push_back(change);
    }

    pub fn snapshot(&self) -> Snapshot {
        let mut steps: BTreeMap<u32, Step> = BTreeMap::new();
        for change in &self.pending {
            if let StepChange::Closed(step) = change {
                steps.insert(step.id.ordinal, step.clone());
            }
        }
        for step in self.fold.open() {
            steps.insert(step.id.ordinal, step);
        }
        Snapshot { steps: steps.into_values().collect(), next_ordinal: self.fold.next_ordinal(), last_event: self.last_event }
    }

    pub fn run(&self) -> RunId {
        self.run
    }
}

/// About what a change takes in memory, and its row in the database; a step is never nothing.
fn size(change: &StepChange) -> usize {
    let content = match change {
        StepChange::Piece { text, .. } => text.len(),
        StepChange::Closed(step) => match &step.body {
            StepBody::ToolCall(call) => json_length(call),
            StepBody::UserMessage { text } | StepBody::AssistantMessage { text } | StepBody::Thinking { text } => text.len(),
            StepBody::Notice(notice) => notice.message.len() + notice.detail.as_ref().map_or(0, String::len),
            StepBody::Error(error) => error.message.len(),
        },
    };
    content + EACH
}

/// Besides its content.
const EACH: usize = 512;

fn json_length(value: &impl serde::Serialize) -> usize {
    struct Counter(usize);
    impl std::io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    let _ = serde_json::to_writer(&mut counter, value);
    counter.0
}

fn pieces(id: StepId, whole: &str) -> Vec<StepChange> {
    let (mut rest, mut pieces) = (whole, Vec::new());
    while !rest.is_empty() {
        let piece = &rest[..floor_char_boundary(rest, INLINE_BYTES)];
        rest = &rest[piece.len()..];
        pieces.push(StepChange::Piece { id, index: pieces.len() as u32, text: piece.to_owned() });
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_database_has_is_not_held_while_a_run_is_taken_up() {
        let run = RunId::mint();
        let known = Known { closed: (1..=99).collect(), pieces: HashMap::new() };
        let mut steps = Steps::new(run, 1).knowing(known);
        let id = |number| EventId { run_tail: run.tail(), epoch: 1, number };
        for number in 1..=100 {
            let call = serde_json::json!({
                "callId": number.to_string(), "name": "x", "status": "completed", "outcome": { "type": "success" },
                "view": { "kind": "delete", "path": "a" }, "truncated": { "result": true },
            });
            let call = Event::ToolCall(serde_json::from_value(call).unwrap());
            steps.apply(&call, 0, id(number), || {
                assert_eq!(number, 100, "the files of the others are not read");
                Some(Cow::Borrowed("whole"))
            });
        }
        assert_eq!(steps.pending_len(), 2, "the last call and its piece");
    }
}
