//! Why a run failed, from what the program wrote.

use agents::{Decoder, Exit, Input, cursor::CursorDecoder};

const FAILED: Exit = Exit { code: Some(1), signal: None };

fn explained(output: &[u8], error_output: &[u8], piece: usize) -> domain::RunError {
    let mut decoder = CursorDecoder::new();
    let mut effects = Vec::new();
    decoder.feed(Input::Output(output), &mut effects);
    for piece in error_output.chunks(piece) {
        decoder.feed(Input::ErrorOutput(piece), &mut effects);
    }
    decoder.feed(Input::Exited(FAILED), &mut effects);
    decoder.explain(FAILED)
}

#[test]
fn an_untrusted_directory() {
    let recorded = include_bytes!("../recordings/2026.09.10.untrusted.stderr.txt");
    for piece in [1, 7, recorded.len()] {
        let error = explained(b"", recorded, piece);
        assert_eq!(error.code, "not_trusted");
        assert!(error.message.starts_with("⚠ Workspace Trust Required\n") && error.message.ends_with("trust this directory"));
    }
}

#[test]
fn colours_are_no_words() {
    let error = explained(b"", "\u{1b}[33m⚠ Warning: The provided API key is invalid.\u{1b}[39m\n".as_bytes(), 1);
    assert_eq!((error.code.as_str(), error.message.as_str()), ("invalid_api_key", "⚠ Warning: The provided API key is invalid."));
}

#[test]
fn words_on_standard_output_count_where_there_are_no_others() {
    let error = explained(b"T: You've hit your usage limit\n", b"", 1);
    assert_eq!((error.code.as_str(), error.message.as_str()), ("usage_limit", "T: You've hit your usage limit"));
    assert_eq!(explained(b"x\n", b"y\n", 1).message, "y");
}
