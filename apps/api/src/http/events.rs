//! The one stream that a browser holds, however many chats and tabs it shows: every change of state,
//! and the events of the runs that are named.

use std::convert::Infallible;

use axum::{body::Bytes, extract::State, http::HeaderMap, response::Response};
use domain::EventId;
use futures_util::StreamExt;
use runner::{EventKind, EventReader};
use serde::Deserialize;
use serde_json::{json, value::RawValue};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use utoipa::IntoParams;

use super::{
    AppState,
    caller::Known,
    query::Params,
    shape::{agent, queue, run},
    sse, stream,
};
use crate::app::{Change, Error, Result, auth::Caller, clock::rfc3339};

/// More runs than one browser watches at once.
const MAX_RUNS: usize = 32;

/// Pieces between the one that reads and the one that sends; beyond it reading waits.
const QUEUE: usize = 8;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct StreamEvents {
    /// `RUN@EVENTID,RUN`: runs to follow, from after an event or from their start.
    runs: Option<String>,
    /// As the header of this name, for a fresh `EventSource`.
    last_event_id: Option<String>,
}

/// Server-sent events of everything that changes.
#[utoipa::path(get, path = "/v1/events", operation_id = "streamEvents", tag = "events", params(StreamEvents, ("Last-Event-ID" = Option<String>, Header)), responses((status = 200, content_type = "text/event-stream", body = String), (status = 400, body = super::error::Envelope)))]
pub async fn stream_events(
    State(app): State<AppState>,
    Known(caller): Known,
    Params(params): Params<StreamEvents>,
    headers: HeaderMap,
) -> Result<Response> {
    let header = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?").to_owned());
    let after = header.or(params.last_event_id).filter(|text| !text.is_empty());
    let after: Option<i64> = after.map(|text| text.parse().map_err(|_| stream::invalid_last_event_id())).transpose()?;
    let mut readers = Vec::new();
    for named in params.runs.as_deref().unwrap_or_default().split(',').filter(|named| !named.is_empty()) {
        let (run, event) = named.split_once('@').map_or((named, None), |(run, event)| (run, Some(event)));
        let event = event.map(|event| event.parse::<EventId>().map_err(|_| stream::invalid_last_event_id())).transpose()?;
        if readers.len() == MAX_RUNS {
            return Err(Error::invalid("At most 32 runs are followed on one stream."));
        }
        match app.run_events_by_id(caller.user_id, run, event).await {
            Ok(reader) => readers.push((run.to_owned(), reader)),
            // One that was removed meanwhile does not keep the others from being followed.
            Err(error) if error.code == "run_not_found" || error.code == "stream_expired" => {}
            Err(error) => return Err(error),
        }
    }
    let (sender, receiver) = mpsc::channel(QUEUE);
    let (tasks, over) = (app.tasks.clone(), app.shutdown.child_token());
    for (run, reader) in readers {
        tasks.spawn(follow_run(run, reader, sender.clone(), over.clone()));
    }
    // What follows runs ends with what follows changes, and that with the caller's credential.
    tasks.spawn(follow_changes(app, caller, after, sender, over));
    Ok(sse::response(ReceiverStream::new(receiver).map(Ok::<_, Infallible>)))
}

/// Ends when the run does, or the reader has gone.
async fn follow_run(run: String, mut reader: EventReader, sender: mpsc::Sender<Bytes>, over: CancellationToken) {
    loop {
        let events = tokio::select! {
            events = reader.next() => events,
            () = sender.closed() => return,
            () = over.cancelled() => return,
        };
        let Ok(Some(events)) = events else { return };
        let (mut bytes, mut joined) = (Vec::new(), Vec::new());
        for event in &events {
            let data = sse::data(event, true, &mut joined);
            let Ok(data) =
                std::str::from_utf8(data).map_err(|_| ()).and_then(|text| RawValue::from_string(text.to_owned()).map_err(|_| ()))
            else {
                continue;
            };
            let id = (event.kind != EventKind::Status).then(|| event.id.to_string());
            let envelope =
                RunEvent { run_id: &run, event_id: id.as_deref(), at: rfc3339(event.at), event: event.kind.name(), data: &data };
            sse::write(&mut bytes, None, "run_event", &serde_json::to_vec(&envelope).unwrap_or_default());
        }
        if sender.send(bytes.into()).await.is_err() {
            return;
        }
    }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct QueueChanged<'a> {
    agent_id: &'a str,
    #[serde(flatten)]
    queue: queue::QueueSummary,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct RunEvent<'a> {
    run_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<&'a str>,
    at: String,
    event: &'a str,
    data: &'a RawValue,
}

async fn follow_changes(app: AppState, caller: Caller, after: Option<i64>, sender: mpsc::Sender<Bytes>, over: CancellationToken) {
    let _ends_the_others = over.drop_guard();
    let mut changed = app.db.changed();
    let mut heartbeat = tokio::time::interval(sse::HEARTBEAT_EVERY);
    heartbeat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut position = after;
    loop {
        changed.mark_unchanged();
        let mut bytes = Vec::new();
        match news(&app, caller.user_id, &mut position, &mut bytes).await {
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(%error, "the stream of changes was broken off");
                return;
            }
        }
        if !bytes.is_empty() && sender.send(bytes.into()).await.is_err() {
            return;
        }
        loop {
            tokio::select! {
                _ = changed.changed() => break,
                _ = heartbeat.tick() => {
                    if !app.is_still_known(&caller).await || sender.send(Bytes::from_static(sse::HEARTBEAT)).await.is_err() {
                        return;
                    }
                }
                () = sender.closed() => return,
                () = app.shutdown.cancelled() => {
                    let _ = sender.send(Bytes::from_static(sse::GOODBYE)).await;
                    return;
                }
            }
        }
    }
}

/// Writes what has changed since `position`, and moves it.
async fn news(app: &AppState, user_id: i64, position: &mut Option<i64>, bytes: &mut Vec<u8>) -> Result<()> {
    let Some(mut after) = *position else {
        let latest = app.latest_change().await?;
        let hello = json!({ "instance": app.data.instance, "version": env!("CARGO_PKG_VERSION") });
        sse::write(bytes, Some(&latest.to_string()), "hello", hello.to_string().as_bytes());
        *position = Some(latest);
        return Ok(());
    };
    loop {
        let Some(changes) = app.changes_after(user_id, after).await? else {
            let latest = app.latest_change().await?;
            sse::write(bytes, Some(&latest.to_string()), "reset", b"{}");
            *position = Some(latest);
            return Ok(());
        };
        let Some(last) = changes.last() else {
            *position = Some(after);
            return Ok(());
        };
        after = last.id;
        for row in &changes {
            let (event, data) = match row.change() {
                Some(Change::Agent(id)) => match app.get_agent(user_id, &id).await {
                    Ok(row) => {
                        let latest = app.latest_runs(std::slice::from_ref(&row)).await?;
                        ("agent", serde_json::to_vec(&agent::agent(app, &row, latest.first())))
                    }
                    // Deleted since; that is told by a change of its own.
                    Err(_) => continue,
                },
                Some(Change::AgentDeleted(id)) => ("agent_deleted", serde_json::to_vec(&json!({ "id": id }))),
                Some(Change::Run(id)) => match app.find_run(user_id, &id).await? {
                    Some(row) => ("run", serde_json::to_vec(&run::run(app, &row))),
                    None => continue,
                },
                Some(Change::Queue(id)) => match app.get_agent(user_id, &id).await {
                    Ok(row) => ("queue", serde_json::to_vec(&QueueChanged { agent_id: &row.id, queue: queue::summary(&row) })),
                    Err(_) => continue,
                },
                Some(Change::Limits) => ("limits", Ok(b"{}".to_vec())),
                Some(Change::Doctor) => ("doctor", Ok(b"{}".to_vec())),
                None => continue,
            };
            let data = data.map_err(|error| Error::internal("tell what changed", error))?;
            sse::write(bytes, Some(&row.id.to_string()), event, &data);
        }
    }
}
