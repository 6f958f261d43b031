//! Assistant text comes out once: never doubled, never lost, with and without partial output.
//!
//! With partial output a segment comes as deltas and then whole (a *flush*); without it, as a flush
//! alone. Which of both it is the decoder is not told, so it goes by what a line carries and, where
//! that does not decide, by content.

use std::borrow::Cow;

/// The text since the last flush or tool call, and what is known of the segment before.
#[derive(Debug, Default)]
pub struct Segment {
    shown: String,
    /// Text that came after `shown` and may be its repetition. It begins like `shown`.
    held: String,
    /// True after the connection was taken up again, when `shown` may come once more, delta by delta.
    replay: bool,
    /// The text of the segment that ended last, and its model call if that was told.
    ended: Option<(String, Option<String>)>,
}

impl Segment {
    /// A piece that has a time but no model call: a delta, or, seldom, a whole segment.
    pub fn delta(&mut self, text: Cow<'_, str>, show: &mut dyn FnMut(String)) {
        if self.replay {
            self.held.push_str(&text);
            if self.held.len() < self.shown.len() && self.shown.starts_with(&self.held) {
                return;
            }
            self.replay = false;
            let held = std::mem::take(&mut self.held);
            let news = held.strip_prefix(&self.shown).unwrap_or(&held).to_owned();
            self.show(news, show);
            return;
        }
        // Another delta follows, so what was held was one too: a flush ends its segment.
        self.release(show);
        // The whole segment again, or by chance a delta like the only one before: what follows tells.
        if text == self.shown && !text.is_empty() {
            self.held = text.into_owned();
        } else {
            self.show(text.into_owned(), show);
        }
    }

    /// The whole segment: without partial output its only text, with it the repetition of its deltas.
    pub fn flush(&mut self, text: Cow<'_, str>, model_call: Option<Cow<'_, str>>, show: &mut dyn FnMut(String)) {
        let known = self.shown.is_empty()
            && model_call.is_some()
            && self.ended.as_ref().is_some_and(|(ended, call)| *ended == text && model_call.as_deref() == call.as_deref());
        if known {
            return;
        }
        if let Some(rest) = text.strip_prefix(self.shown.as_str()) {
            // What was held is in the rest if it was news and not if it was a repetition.
            if !rest.is_empty() {
                show(rest.to_owned());
            }
        } else {
            self.release(show);
            // The deltas and the flush contradict each other. What streamed cannot be taken back, so
            // if the flush tells anything else it is shown whole as a paragraph of its own: a
            // repetition is better than a gap.
            if !self.shown.contains(text.as_ref()) {
                show(format!("\n\n{text}"));
            }
        }
        self.end(text.into_owned(), model_call);
    }

    /// A tool call of this model call begins: the segment before it is over, also without a flush.
    pub fn tool_call(&mut self, model_call: Option<Cow<'_, str>>, show: &mut dyn FnMut(String)) {
        self.settle(show);
        if !self.shown.is_empty() {
            let text = std::mem::take(&mut self.shown);
            self.end(text, model_call);
        }
    }

    /// The agent asks for something, which it does only when a segment is complete: a whole segment
    /// that came just before was a repetition.
    pub fn settle(&mut self, show: &mut dyn FnMut(String)) {
        if self.replay {
            // Part of a replay proves nothing.
            self.replay = false;
            self.release(show);
        }
        self.held.clear();
    }

    /// The connection was taken up again.
    pub fn resumed(&mut self, show: &mut dyn FnMut(String)) {
        self.settle(show);
        self.replay = !self.shown.is_empty();
    }

    /// The turn is over. `whole` is all its text as the agent tells it, segments without separator.
    /// Gives the text of the last segment.
    pub fn finish(&mut self, whole: &str, show: &mut dyn FnMut(String)) -> Option<String> {
        if whole.strip_suffix(self.held.as_str()).is_some_and(|rest| rest.ends_with(&self.shown)) {
            self.release(show);
        }
        self.settle(show);
        if !self.shown.is_empty() {
            return Some(std::mem::take(&mut self.shown));
        }
        self.ended.take().map(|(text, _)| text)
    }

    fn end(&mut self, text: String, model_call: Option<Cow<'_, str>>) {
        self.held.clear();
        self.replay = false;
        self.shown.clear();
        self.ended = Some((text, model_call.map(Cow::into_owned)));
    }

    fn release(&mut self, show: &mut dyn FnMut(String)) {
        let held = std::mem::take(&mut self.held);
        self.show(held, show);
    }

    fn show(&mut self, text: String, show: &mut dyn FnMut(String)) {
        if !text.is_empty() {
            self.shown.push_str(&text);
            show(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `d` delta, `f` flush of a model call, `F` final flush, `t` tool call, `q` query, `r` resumed.
    fn shown(steps: &[(char, &str)], whole: &str) -> (String, Option<String>) {
        let mut segment = Segment::default();
        let mut text = String::new();
        let mut show = |piece: String| text.push_str(&piece);
        for (step, content) in steps {
            let content = Cow::Borrowed(*content);
            match step {
                'd' => segment.delta(content, &mut show),
                'f' => segment.flush(content, Some("m".into()), &mut show),
                'F' => segment.flush(content, None, &mut show),
                't' => segment.tool_call(Some("m".into()), &mut show),
                'q' => segment.settle(&mut show),
                _ => segment.resumed(&mut show),
            }
        }
        let last = segment.finish(whole, &mut show);
        (text, last)
    }

    #[test]
    fn full_and_partial_output_give_the_same_text() {
        let full = [('f', "I read."), ('t', ""), ('F', "Done")];
        let partial = [('d', "I"), ('d', " read."), ('f', "I read."), ('t', ""), ('d', "Do"), ('d', "ne"), ('F', "Done")];
        let expected = ("I read.Done".to_owned(), Some("Done".to_owned()));
        assert_eq!(shown(&full, "I read.Done"), expected);
        assert_eq!(shown(&partial, "I read.Done"), expected);
    }

    #[test]
    fn equal_deltas_are_not_taken_for_a_repetition() {
        for steps in [
            &[('d', "ha"), ('d', "ha"), ('F', "haha")][..],
            &[('d', "ha"), ('d', "ha")],
            &[('d', "h"), ('d', "a"), ('d', "ha"), ('F', "haha")],
        ] {
            assert_eq!(shown(steps, "haha"), ("haha".into(), Some("haha".into())), "{steps:?}");
        }
        assert_eq!(shown(&[('d', "a"), ('d', "a"), ('d', "a"), ('f', "aaa")], "aaa").0, "aaa");
    }

    #[test]
    fn a_whole_segment_without_its_model_call_is_shown_once() {
        for steps in [
            &[('d', "Searching."), ('q', ""), ('t', ""), ('F', "Found")][..],
            &[('d', "Searching."), ('q', ""), ('f', "Searching."), ('t', ""), ('F', "Found")],
            &[('d', "Searching."), ('q', ""), ('t', ""), ('f', "Searching."), ('F', "Found")],
            &[('d', "Search"), ('d', "ing."), ('d', "Searching."), ('q', ""), ('t', ""), ('F', "Found")],
            &[('d', "Searching."), ('d', "Searching."), ('f', "Searching."), ('t', ""), ('F', "Found")],
        ] {
            assert_eq!(shown(steps, "Searching.Found"), ("Searching.Found".into(), Some("Found".into())), "{steps:?}");
        }
    }

    #[test]
    fn a_flush_fills_in_what_the_deltas_lack() {
        assert_eq!(shown(&[('d', "ab"), ('F', "abcd")], "abcd").0, "abcd");
        assert_eq!(shown(&[('d', "ab"), ('d', "xy"), ('F', "abcdxy")], "").0, "abxy\n\nabcdxy");
        assert_eq!(shown(&[('d', "abcd"), ('F', "bc")], "").0, "abcd");
    }

    #[test]
    fn a_proven_replay_is_dropped_and_anything_else_kept() {
        for steps in [
            &[('d', "I"), ('d', " go"), ('r', ""), ('d', "I"), ('d', " go"), ('d', " on"), ('F', "I go on")][..],
            &[('d', "I go"), ('r', ""), ('d', " on"), ('F', "I go on")],
            &[('d', "I go"), ('r', ""), ('d', "I go on"), ('F', "I go on")],
            &[('d', "I go on"), ('r', ""), ('d', "I go"), ('F', "I go on")],
        ] {
            assert_eq!(shown(steps, "I go on").0, "I go on", "{steps:?}");
        }
        assert_eq!(shown(&[('d', "abc"), ('r', ""), ('d', "ab"), ('t', "")], "").0, "abcab");
    }

    #[test]
    fn a_turn_without_text_has_no_last_words() {
        assert_eq!(shown(&[('t', "")], ""), (String::new(), None));
        assert_eq!(shown(&[('f', "I read."), ('t', "")], "I read.").1.as_deref(), Some("I read."));
    }
}
