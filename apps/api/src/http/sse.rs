//! Server-sent events as bytes. Heartbeats are real events without an id, so that a stream that is
//! dead does not look alive.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::Stream;
use runner::{EventKind, StoredEvent};

pub const HEARTBEAT_EVERY: Duration = Duration::from_secs(4);
pub const HEARTBEAT: &[u8] = b"event: heartbeat\ndata: {}\n\n";

/// The last heartbeat before the server ends: come back soon.
pub const GOODBYE: &[u8] = b"event: heartbeat\nretry: 1000\ndata: {}\n\n";

/// An answer that is a stream of events.
pub fn response(events: impl Stream<Item = Result<Bytes, std::convert::Infallible>> + Send + 'static) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform")),
        // nginx would gather it otherwise.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, Body::from_stream(events)).into_response()
}

/// Appends one event; `data` is one line.
pub fn write(buffer: &mut Vec<u8>, id: Option<&str>, event: &str, data: &[u8]) {
    if let Some(id) = id {
        buffer.extend_from_slice(b"id: ");
        buffer.extend_from_slice(id.as_bytes());
        buffer.push(b'\n');
    }
    buffer.extend_from_slice(b"event: ");
    buffer.extend_from_slice(event.as_bytes());
    buffer.extend_from_slice(b"\ndata: ");
    buffer.extend_from_slice(data);
    buffer.extend_from_slice(b"\n\n");
}

/// Whether an event is only for readers that asked for detail.
pub fn is_detail_only(event: &StoredEvent) -> bool {
    event.kind == EventKind::Notice
}

/// The data of a run's event: what the API documents, with `detail` also what it keeps beside it.
pub fn data<'a>(event: &'a StoredEvent, detail: bool, joined: &'a mut Vec<u8>) -> &'a [u8] {
    match (event.public(), event.detail()) {
        (public, []) => public,
        ([], more) => more,
        (public, _) if !detail => public,
        (public, more) => {
            // Two JSON objects, neither empty, become one.
            joined.clear();
            joined.extend_from_slice(&public[..public.len() - 1]);
            joined.push(b',');
            joined.extend_from_slice(&more[1..]);
            joined
        }
    }
}
