//! The stream of one run.

use std::convert::Infallible;

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::Response,
};
use domain::EventId;
use futures_util::stream;
use runner::{EventKind, EventReader};
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use utoipa::IntoParams;

use super::{AppState, caller::Known, path::Path, query::Params, sse};
use crate::app::{Error, Kind, Result, auth::Caller};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StreamRun {
    /// `full`: also what Cursor's API does not have, see the documentation.
    detail: Option<String>,
}

/// Server-sent events of one run, from its start or from after `Last-Event-ID`.
#[utoipa::path(get, path = "/v1/agents/{id}/runs/{runId}/stream", operation_id = "streamRun", tag = "runs", params(("id" = String, Path), ("runId" = String, Path), ("Last-Event-ID" = Option<String>, Header), StreamRun), responses((status = 200, content_type = "text/event-stream", body = String), (status = 400, body = super::error::Envelope), (status = 404, body = super::error::Envelope), (status = 410, body = super::error::Envelope)))]
pub async fn stream_run(
    State(app): State<AppState>,
    Known(caller): Known,
    Path((id, run_id)): Path<(String, String)>,
    Params(params): Params<StreamRun>,
    headers: HeaderMap,
) -> Result<Response> {
    let after = last_event_id(&headers)?;
    let (run, reader) = app.run_events(caller.user_id, &id, &run_id, after).await?;
    let mut first = Vec::new();
    if after.is_some() {
        // Who comes back learns the state at once; it has no id and is told on every return.
        let status = json!({ "runId": run.id, "status": run.status });
        sse::write(&mut first, None, "status", status.to_string().as_bytes());
    }
    let mut heartbeat = interval_at(Instant::now() + sse::HEARTBEAT_EVERY, sse::HEARTBEAT_EVERY);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let state = Reading {
        app: app.clone(),
        caller,
        reader,
        heartbeat,
        detail: params.detail.as_deref() == Some("full"),
        first,
        told_goodbye: false,
        run_id: run.id,
        done: false,
    };
    let mut response = sse::response(stream::unfold(state, next));
    let name = HeaderName::from_static("x-cursor-stream-retention-seconds");
    // How long the events of a run are kept at least; steps stay for ever.
    let kept = u64::from(app.config.keep_run_logs_days) * 24 * 60 * 60;
    response.headers_mut().insert(name, HeaderValue::from(kept));
    Ok(response)
}

struct Reading {
    app: AppState,
    caller: Caller,
    reader: EventReader,
    heartbeat: Interval,
    detail: bool,
    first: Vec<u8>,
    told_goodbye: bool,
    run_id: String,
    done: bool,
}

async fn next(mut reading: Reading) -> Option<(std::result::Result<Bytes, Infallible>, Reading)> {
    if !reading.first.is_empty() {
        let first = std::mem::take(&mut reading.first);
        return Some((Ok(first.into()), reading));
    }
    loop {
        let events = tokio::select! {
            biased;
            () = reading.app.shutdown.cancelled() => {
                if std::mem::replace(&mut reading.told_goodbye, true) {
                    return None;
                }
                return Some((Ok(Bytes::from_static(sse::GOODBYE)), reading));
            }
            events = reading.reader.next() => events,
            _ = reading.heartbeat.tick() => {
                let known = reading.app.is_still_known(&reading.caller).await;
                return known.then(|| (Ok(Bytes::from_static(sse::HEARTBEAT)), reading));
            }
        };
        let events = match events {
            Ok(Some(events)) => events,
            Ok(None) => return end(reading).await,
            Err(error) => {
                // The reader comes back with the last id it has.
                tracing::warn!(%error, "a stream was broken off");
                return None;
            }
        };
        let (mut bytes, mut joined) = (Vec::new(), Vec::new());
        for event in &events {
            reading.done |= event.kind == EventKind::Done;
            if sse::is_detail_only(event) && !reading.detail {
                continue;
            }
            let id = (event.kind != EventKind::Status).then(|| event.id.to_string());
            sse::write(&mut bytes, id.as_deref(), event.kind.name(), sse::data(event, reading.detail, &mut joined));
        }
        if !bytes.is_empty() {
            return Some((Ok(bytes.into()), reading));
        }
    }
}

/// The log is at its end. Where the server was killed between a run's last commit and its `done`, that
/// is told from the row.
async fn end(mut reading: Reading) -> Option<(std::result::Result<Bytes, Infallible>, Reading)> {
    let ended = !reading.done && !std::mem::replace(&mut reading.told_goodbye, true);
    let run = if ended { reading.app.find_run(reading.caller.user_id, &reading.run_id).await.ok().flatten() } else { None };
    reading.done = true;
    run.filter(|run| !run.is_live()).map(|_| (Ok(Bytes::from_static(b"event: done\ndata: {}\n\n")), reading))
}

pub fn last_event_id(headers: &HeaderMap) -> Result<Option<EventId>> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let text = value.to_str().unwrap_or("?");
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| invalid_last_event_id())
}

pub fn invalid_last_event_id() -> Error {
    Error::new(Kind::Invalid, "invalid_last_event_id", "Last-Event-ID is not an id of this stream. Read it from its start.")
}
