//! Size is no reason to fail or to slow down.

use std::time::{Duration, Instant};

use super::decode;

#[test]
fn a_line_of_fifty_megabytes() {
    let started = Instant::now();
    let text = "all work and no play\\n".repeat(50_000_000 / 22);
    let line = format!(
        "{{\"type\":\"assistant\",\"message\":{{\"role\":\"assistant\",\"content\":[{{\"type\":\"text\",\"text\":\"{text}\"}}]}},\"session_id\":\"s\"}}\n"
    );
    let effects = decode::pieces(line.as_bytes().chunks(64 * 1024));
    let shown: usize = effects.iter().map(|effect| decode::text(std::slice::from_ref(effect)).len()).sum();
    assert_eq!(shown, 50_000_000 / 22 * 21);
    // Far above what it takes, far below what a rescan of the line for every piece would.
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn deep_nesting_is_shown_as_it_is() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let line = format!(
        "{{\"type\":\"tool_call\",\"subtype\":\"completed\",\"call_id\":\"x\",\"tool_call\":{{\"xToolCall\":{{\"args\":{deep}}}}}}}"
    );
    let effects = decode::whole(line);
    assert_eq!(decode::notices(&effects)[0].code, "unknown_event");
}

#[test]
fn much_noise_on_one_line() {
    let piece = "x {\"type\":\"thinking\",\"subtype\":\"delta\",\"text\":\"a\",\"session_id\":\"s\"} ";
    let effects = decode::whole(piece.repeat(5000));
    assert_eq!((decode::thinking(&effects).len(), decode::notices(&effects).len()), (5000, 5000));
}

#[test]
fn twenty_thousand_deltas() {
    let delta = "{\"type\":\"assistant\",\"message\":{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\" word\\n\"}]},\"session_id\":\"882ad27e-1163-4e0e-90b1-b737106081ba\",\"timestamp_ms\":1790994290498}\n";
    let output = delta.repeat(20_000);
    let started = Instant::now();
    let effects = decode::whole(&output);
    assert_eq!((effects.len(), decode::text(&effects).len()), (20_000, 120_000));
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}
