//! Notices: what the program wrote beside its protocol, kept and shown as it is.

use domain::{Event, Notice, fold::floor_char_boundary};

use crate::Effect;

const MESSAGE_BYTES: usize = 4 * 1024;
const DETAIL_BYTES: usize = 64 * 1024;

/// A line that is no JSON. The message is the line itself; where that is too long, `detail` has more.
pub fn output(line: &str) -> Effect {
    let message = head(line, MESSAGE_BYTES);
    let detail = (message.len() < line.len()).then(|| head(line, DETAIL_BYTES).to_owned());
    notice("output", message.to_owned(), detail)
}

/// An event of a kind this version does not know. `raw` is its JSON.
pub fn unknown(kind: &str, subtype: Option<&str>, raw: &str) -> Effect {
    let name = head(kind, 100);
    let message = match subtype {
        Some(subtype) => {
            format!("The agent wrote an event this version does not know: {name}/{}", head(subtype, 100))
        }
        None => format!("The agent wrote an event this version does not know: {name}"),
    };
    told("unknown_event", message, raw)
}

/// A notice with the JSON it was made from.
pub fn told(code: &str, message: String, raw: &str) -> Effect {
    notice(code, message, Some(head(raw, DETAIL_BYTES).to_owned()))
}

fn notice(code: &str, message: String, detail: Option<String>) -> Effect {
    Effect::Event(Event::Notice(Notice { code: code.to_owned(), message, detail }))
}

fn head(text: &str, limit: usize) -> &str {
    &text[..floor_char_boundary(text, limit)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_between_characters_and_has_more_in_its_detail() {
        let line = "é".repeat(40 * 1024);
        let Effect::Event(Event::Notice(notice)) = output(&line) else { unreachable!("a notice") };
        assert_eq!(notice.message.len(), MESSAGE_BYTES);
        assert_eq!(notice.detail.map(|detail| detail.len()), Some(DETAIL_BYTES));
        let Effect::Event(Event::Notice(short)) = output("x\0y") else { unreachable!("a notice") };
        assert_eq!((short.message.as_str(), short.detail), ("x\0y", None));
    }
}
