//! What does not belong in the stream is shown and spoils nothing of the rest.

use super::{decode, recordings};

const NOISE: &[&[u8]] = &[
    b"npm warn deprecated",
    b"  indented \t text",
    b"bad \xff\xfe utf-8",
    b"nul \0 nul",
    b"123",
    b"[{\"type\":\"assistant\"}]",
    b"{\"no\":\"type\"}",
    b"{ not json }",
    b"{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"te",
    b"{\"type\":\"assistant\",\"message\":",
    b"{\"type\":\"new_thing\",\"session_id\":\"s\"}",
    b"{\"type\":\"system\",\"subtype\":\"task_notification\",\"x\":[1]}",
    b"{\"type\":\"tool_call\",\"subtype\":\"started\",\"call_id\":\"x\",\"tool_call\":{}}",
    b"{\"type\":\"assistant\",\"message\":7}",
];

#[test]
fn noise_between_lines_neither_loses_nor_doubles() {
    for (name, recording) in recordings::all() {
        let expected = decode::whole(&recording);
        for noise in NOISE {
            let mut mixed = Vec::new();
            let mut count = 0;
            for line in recording.split_inclusive(|byte| *byte == b'\n') {
                mixed.extend_from_slice(noise);
                mixed.push(b'\n');
                mixed.extend_from_slice(line);
                count += 1;
            }
            let effects = decode::whole(&mixed);
            let label = String::from_utf8_lossy(noise);
            assert_eq!(decode::notices(&effects).len(), count, "{name}: {label}");
            assert_eq!(decode::without_notices(effects), expected, "{name}: {label}");
        }
    }
}

#[test]
fn empty_lines_prefixes_and_line_ends_do_not_matter() {
    for (name, recording) in recordings::all() {
        let expected = decode::whole(&recording);
        let text = String::from_utf8(recording).unwrap();
        for (line, by) in
            [("\n", "\r\n"), ("\n", "\n\n \n"), ("\n{", "\nstdout: {"), ("\n{", "\nstderr:{"), ("\n{", "\n\u{feff}{")]
        {
            assert_eq!(decode::whole(text.replace(line, by)), expected, "{name}: {by:?}");
        }
    }
}

#[test]
fn all_objects_on_one_line() {
    for (name, recording) in recordings::all() {
        let expected = decode::whole(&recording);
        let text = String::from_utf8(recording).unwrap();
        assert_eq!(decode::whole(text.replace('\n', " ")), expected, "{name}");
        assert_eq!(decode::whole(text.replace('\n', "")), expected, "{name}");
    }
}

#[test]
fn raw_newlines_within_strings_are_joined() {
    for (name, recording) in recordings::all() {
        let expected = decode::whole(&recording);
        let text = String::from_utf8(recording).unwrap();
        assert_eq!(decode::whole(text.replace("\\n", "\n")), expected, "{name}");
    }
}

#[test]
fn an_event_after_noise_on_its_line_is_taken() {
    let effects =
        decode::whole("Loading…{\"type\":\"thinking\",\"subtype\":\"delta\",\"text\":\"a\",\"session_id\":\"s\"}done\n");
    let shown: Vec<_> = decode::notices(&effects).iter().map(|notice| notice.message.clone()).collect();
    assert_eq!((shown, decode::thinking(&effects)), (vec!["Loading…".into(), "done".into()], "a".into()));
}

#[test]
fn a_broken_string_that_never_ends_is_shown_line_by_line() {
    let mut text = "{\"type\":\"assistant\",\"message\":\"x\n".to_owned();
    let lines: Vec<String> = (0..100).map(|line| format!("line {line}")).collect();
    text.push_str(&lines.join("\n"));
    let effects = decode::whole(&text);
    let shown: Vec<_> = decode::notices(&effects).iter().map(|notice| notice.message.clone()).collect();
    assert_eq!(shown.join("\n"), text);
}

#[test]
fn a_long_line_of_noise_is_cut() {
    let effects = decode::whole("x".repeat(100_000));
    let notice = decode::notices(&effects)[0];
    assert_eq!((notice.code.as_str(), notice.message.len()), ("output", 4096));
    assert_eq!(notice.detail.as_ref().map(String::len), Some(65_536));
}

#[test]
fn unknown_events_say_what_they_are() {
    let raw = "{\"type\":\"system\",\"subtype\":\"background_shell_timeout\",\"n\":1}";
    let effects = decode::whole(raw);
    let notice = decode::notices(&effects)[0];
    assert_eq!(notice.code, "unknown_event");
    assert_eq!(notice.message, "The agent wrote an event this version does not know: system/background_shell_timeout");
    assert_eq!(notice.detail.as_deref(), Some(raw));
}

#[test]
fn connection_troubles_are_told() {
    let effects = decode::whole(concat!(
        r#"{"type":"connection","subtype":"reconnecting","session_id":"7b","timestamp_ms":1,"attempt":2,"endpoint_url":"u"}"#,
        "\n",
        r#"{"type":"retry","subtype":"starting","attempt":1,"is_resume":true} {"type":"retry","subtype":"resuming","attempt":1,"checkpoint_turn_count":2}"#,
        "\n",
        r#"{"type":"connection","subtype":"reconnected","session_id":"7b"}"#,
    ));
    let told: Vec<_> = decode::notices(&effects).iter().map(|notice| (notice.code.as_str(), notice.message.as_str())).collect();
    assert_eq!(
        told,
        [
            ("reconnecting", "Connection lost; the agent is reconnecting (attempt 2)"),
            ("retrying", "The agent is trying again (attempt 1)"),
            ("retrying", "The agent is trying again (attempt 1)"),
            ("reconnected", "The agent is connected again"),
        ]
    );
}

#[test]
fn a_second_result_changes_nothing() {
    let recording = recordings::named("resume-unknown");
    let effects = decode::whole([recording.clone(), recording].concat());
    assert_eq!(decode::notices(&effects)[0].code, "repeated_result");
    assert_eq!(effects.iter().filter(|effect| matches!(effect, agents::Effect::TurnEnded(_))).count(), 1);
}

#[test]
fn a_result_with_text_that_never_came_brings_it() {
    let effects = decode::whole(r#"{"type":"result","subtype":"success","duration_ms":"7","result":"all","usage":null}"#);
    assert_eq!(decode::text(&effects), "all");
    let end = decode::turn_end(&effects).unwrap();
    assert_eq!((end.text.as_deref(), end.usage, end.duration_ms), (Some("all"), None, Some(7)));
}

#[test]
fn a_result_of_another_kind_ends_no_turn() {
    let effects = decode::whole(r#"{"type":"result","subtype":"error","is_error":true}"#);
    assert!(decode::turn_end(&effects).is_none());
    assert_eq!(decode::notices(&effects)[0].code, "unknown_event");
}
