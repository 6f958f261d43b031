//! However the bytes are cut, the effects are the same.

use proptest::prelude::*;

use super::{decode, recordings};

/// A little of everything that needs state from one piece to the next.
const MIXED: &str = concat!(
    "\u{feff}{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"s\",\"model\":\"Modèl\"}\r\n",
    "stdout: {\"type\":\"thinking\",\"subtype\":\"delta\",\"text\":\"hm\"}\n",
    "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"é🦀\"}]},\"timestamp_ms\":1}\n",
    "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\" raw\nline\n\nbreaks\"}]},\"timestamp_ms\":1}\n",
    "noise\0 é\n\n",
    "{\"type\":\"odd\",\"x\":\"\n",
    "{\"type\":\"tool_call\",\"subtype\":\"started\",\"call_id\":\"a\\nb\",\"tool_call\":{\"readToolCall\":{\"args\":{\"path\":\"p\"}}}} ",
    "{\"type\":\"tool_call\",\"subtype\":\"completed\",\"call_id\":\"a\\nb\",\"tool_call\":{\"readToolCall\":{\"result\":{\"success\":{}}}}}\n",
    "{\"type\":\"result\",\"subtype\":\"success\",\"result\":\"\"}\n",
    "{\"type\":\"cut\",\"text\":\"off",
);

#[test]
fn cut_at_every_byte() {
    let bytes = MIXED.as_bytes();
    let expected = decode::whole(bytes);
    assert_eq!(decode::text(&expected), "é🦀 raw\nline\n\nbreaks");
    assert_eq!(decode::notices(&expected).len(), 3, "{expected:?}");
    for cut in 0..=bytes.len() {
        let (head, tail) = bytes.split_at(cut);
        assert_eq!(decode::pieces([head, tail]), expected, "cut at {cut}");
    }
}

#[test]
fn byte_by_byte() {
    for (name, recording) in recordings::all() {
        assert_eq!(decode::pieces(recording.chunks(1)), decode::whole(&recording), "{name}");
    }
}

/// Bytes that make up JSON more often than chance would.
fn jsonish() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        any::<u8>().prop_map(|byte| vec![byte]),
        prop::sample::select(vec![
            "{",
            "}",
            "\"",
            "\\",
            "\n",
            ",",
            "{\"type\":\"",
            "\"type\":\"assistant\"",
            "{\"type\":\"x\"}",
            "\"}",
            "{\"type\":\"thinking\",\"subtype\":\"delta\",\"text\":\"",
            "{\"type\":\"y\",\"session_id\":\"s\"}",
            "stderr:",
            "{\"type\":\"tool_call\",\"subtype\":\"completed\",\"call_id\":\"",
            "\u{feff}",
            "\t",
            "é",
            "[",
            "\r\n",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop::collection::vec(token, 0..60).prop_map(|tokens| tokens.concat())
}

fn cut(bytes: &[u8], sizes: &[usize]) -> Vec<agents::Effect> {
    let mut rest = bytes;
    let mut pieces = Vec::new();
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, tail) = rest.split_at((*size).min(rest.len()));
        pieces.push(piece);
        rest = tail;
    }
    decode::pieces(pieces)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn recordings_in_random_pieces(index in 0..8_usize, sizes in prop::collection::vec(1..3000_usize, 1..8)) {
        let (_, recording) = recordings::all().swap_remove(index);
        prop_assert_eq!(cut(&recording, &sizes), decode::whole(&recording));
    }

    #[test]
    fn anything_in_random_pieces(bytes in jsonish(), sizes in prop::collection::vec(1..20_usize, 1..8)) {
        prop_assert_eq!(cut(&bytes, &sizes), decode::whole(&bytes));
    }

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        decode::whole(&bytes);
    }

    #[test]
    fn what_is_no_json_stays_readable(words in prop::collection::vec("[a-z ]{1,9}[!-z]", 1..8)) {
        let effects = decode::whole(words.join("\n"));
        let shown: Vec<&str> = decode::notices(&effects).iter().map(|notice| notice.message.as_str()).collect();
        prop_assert_eq!(shown, words);
    }
}
