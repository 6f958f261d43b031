//! What was said and done in a run, in order: the form in which what the program wrote and what the
//! stream told are compared.

use std::fmt;

use serde_json::Value;

#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Text { thinking: bool, text: String },
    Started { call: String, args: Option<Value> },
    Completed { call: String, args: Option<Value>, result: Option<Value> },
}

#[derive(Default)]
pub struct Sequence(pub Vec<Item>);

impl Sequence {
    /// Pieces of one text are one text.
    pub fn text(&mut self, thinking: bool, piece: &str) {
        match self.0.last_mut() {
            Some(Item::Text { thinking: last, text }) if *last == thinking => text.push_str(piece),
            _ if piece.is_empty() => {}
            _ => self.0.push(Item::Text { thinking, text: piece.to_owned() }),
        }
    }

    /// Where two differ, in words.
    pub fn difference(written: &Self, told: &Self) -> Option<String> {
        let length = written.0.len().max(told.0.len());
        let at = (0..length).find(|at| written.0.get(*at) != told.0.get(*at))?;
        if let (Some(Item::Text { text: one, .. }), Some(Item::Text { text: other, .. })) = (written.0.get(at), told.0.get(at)) {
            let same = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
            let around = |text: &str| {
                String::from_utf8_lossy(&text.as_bytes()[same.saturating_sub(40)..text.len().min(same + 80)]).into_owned()
            };
            return Some(format!(
                "text {at} differs from byte {same} on: {} bytes written, …{:?}…; {} told, …{:?}…",
                one.len(),
                around(one),
                other.len(),
                around(other)
            ));
        }
        let show = |item: Option<&Item>| item.map_or("nothing".to_owned(), Item::to_string);
        Some(format!(
            "at {at} stands {} in what was written and {} in what was told",
            show(written.0.get(at)),
            show(told.0.get(at))
        ))
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |text: String| text.chars().take(200).collect::<String>();
        f.write_str(&short(format!("{self:?}")))
    }
}
