use axum::{
    Json,
    body::{Body, Bytes},
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use domain::StepBody;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    AppState,
    caller::Known,
    path::Path,
    query::{Params, invalid_cursor, limit},
    shape::step::{self, Step},
};
use crate::app::Result;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListSteps {
    /// 1 to 100, 20 unless told.
    limit: Option<i64>,
    /// The `nextCursor` of the page before, which goes older.
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListStepsResponse {
    items: Vec<Step>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// The live run, whose stream after `lastEventId` continues where the items end.
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<LiveRun>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LiveRun {
    run_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_event_id: Option<String>,
}

/// The conversation, newest first.
#[utoipa::path(get, path = "/v1/agents/{id}/steps", operation_id = "listSteps", tag = "steps", params(("id" = String, Path), ListSteps), responses((status = 200, body = ListStepsResponse), (status = 404, body = super::error::Envelope)))]
pub async fn list_steps(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
    Params(params): Params<ListSteps>,
) -> Result<Json<ListStepsResponse>> {
    let before = params.cursor.map(|cursor| cursor.parse().map_err(|_| invalid_cursor())).transpose()?;
    let page = app.list_steps(caller.user_id, &id, before, limit(params.limit)?).await?;
    let next_cursor = page.items.last().filter(|_| page.more).map(|last| last.position.to_string());
    let live = page.live.map(|(run, last)| LiveRun { run_id: run.to_string(), last_event_id: last.map(|id| id.to_string()) });
    Ok(Json(ListStepsResponse { items: page.items.into_iter().map(step::step).collect(), next_cursor, live }))
}

/// The whole of a step that is longer than a list shows: text as it is, a tool call as JSON.
#[utoipa::path(get, path = "/v1/agents/{id}/steps/{stepId}/content", operation_id = "getStepContent", tag = "steps", params(("id" = String, Path), ("stepId" = String, Path)), responses((status = 200, body = String), (status = 404, body = super::error::Envelope)))]
pub async fn get_step_content(
    State(app): State<AppState>,
    Known(caller): Known,
    Path((id, step_id)): Path<(String, String)>,
) -> Result<Response> {
    let stored = app.get_step(caller.user_id, &id, &step_id).await?;
    let content_type = match stored.step.body {
        StepBody::ToolCall(_) => "application/json",
        _ => "text/plain; charset=utf-8",
    };
    if !stored.step.truncated {
        let text = match stored.step.body {
            StepBody::UserMessage { text } | StepBody::AssistantMessage { text } | StepBody::Thinking { text } => text,
            StepBody::ToolCall(call) => serde_json::to_string(&call).unwrap_or_default(),
            StepBody::Notice(notice) => notice.message,
            StepBody::Error(error) => error.message,
        };
        return Ok(([(header::CONTENT_TYPE, content_type)], text).into_response());
    }
    // Piece by piece: what is long is never whole in memory.
    let pieces = stream::try_unfold((app, stored, 0i32), |(app, stored, from)| async move {
        let pieces = app.step_pieces(&stored, from).await.map_err(std::io::Error::other)?;
        let next = from + pieces.len() as i32;
        let bytes = Bytes::from(pieces.concat());
        Ok::<_, std::io::Error>((!pieces.is_empty()).then_some((bytes, (app, stored, next))))
    });
    Ok(([(header::CONTENT_TYPE, content_type)], Body::from_stream(pieces)).into_response())
}
