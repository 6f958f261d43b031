use axum::{Json, extract::State, http::StatusCode};
use domain::{Mode, Permission, RunId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    AppState,
    agents::{IdResponse, ModelRef, Prompt},
    body::Body,
    caller::Known,
    idempotency::Seed,
    path::Path,
    query::{Params, invalid_cursor, limit},
    runs::{CreateRunRequest, CreateRunResponse},
    shape::{
        queue::{self, Queue, QueuedPrompt},
        run,
    },
};
use crate::app::{
    Error, Result,
    queue::{QueuedPromptPatch, Sent},
};

#[derive(Deserialize, ToSchema)]
pub struct QueuePromptRequest {
    #[serde(flatten)]
    run: CreateRunRequest,
    /// From 0; the end unless told.
    position: Option<u64>,
}

#[derive(Deserialize, ToSchema)]
pub struct PatchQueuedPromptRequest {
    prompt: Option<Prompt>,
    mode: Option<Mode>,
    model: Option<ModelRef>,
    permission: Option<Permission>,
    position: Option<u64>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQueue {
    /// 1 to 100, 20 unless told.
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct RemovedResponse {
    /// How many there were.
    removed: u64,
}

/// The prompts that wait, the next to start first.
#[utoipa::path(get, path = "/v1/agents/{id}/queue", operation_id = "listQueue", tag = "queue", params(("id" = String, Path), ListQueue), responses((status = 200, body = Queue), (status = 404, body = super::error::Envelope)))]
pub async fn list_queue(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
    Params(params): Params<ListQueue>,
) -> Result<Json<Queue>> {
    let after = params.cursor.map(|cursor| cursor.parse().map_err(|_| invalid_cursor())).transpose()?;
    let (agent, page) = app.list_queue(caller.user_id, &id, after, limit(params.limit)?).await?;
    Ok(Json(queue::queue(&agent, &page)))
}

/// Adds a prompt; it starts at once when nothing else is to come first.
#[utoipa::path(post, path = "/v1/agents/{id}/queue", operation_id = "queuePrompt", tag = "queue", params(("id" = String, Path)), request_body = QueuePromptRequest, responses((status = 201, body = QueuedPrompt), (status = 200, description = "It was added before and runs by now", body = CreateRunResponse), (status = 404, body = super::error::Envelope), (status = 409, body = super::error::Envelope)))]
pub async fn queue_prompt(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
    Seed(seed): Seed,
    Body(body): Body<QueuePromptRequest>,
) -> Result<axum::response::Response> {
    use axum::response::IntoResponse;
    let (request, _) = body.run.into_create_run()?;
    let sent = app.queue_prompt(caller.user_id, &id, request, body.position, seed.map(RunId::from)).await?;
    Ok(match sent {
        Sent::Queued(row) => (StatusCode::CREATED, Json(queue::queued_prompt(&row))).into_response(),
        Sent::Run(row) => (StatusCode::OK, Json(CreateRunResponse { run: run::run(&app, &row) })).into_response(),
    })
}

/// Removes all of them.
#[utoipa::path(delete, path = "/v1/agents/{id}/queue", operation_id = "clearQueue", tag = "queue", params(("id" = String, Path)), responses((status = 200, body = RemovedResponse), (status = 404, body = super::error::Envelope)))]
pub async fn clear_queue(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Result<Json<RemovedResponse>> {
    Ok(Json(RemovedResponse { removed: app.clear_queue(caller.user_id, &id).await? }))
}

/// Edits or moves a prompt that waits.
#[utoipa::path(patch, path = "/v1/agents/{id}/queue/{runId}", operation_id = "updateQueuedPrompt", tag = "queue", params(("id" = String, Path), ("runId" = String, Path)), request_body = PatchQueuedPromptRequest, responses((status = 200, body = QueuedPrompt), (status = 404, body = super::error::Envelope)))]
pub async fn patch_queued_prompt(
    State(app): State<AppState>,
    Known(caller): Known,
    Path((id, run_id)): Path<(String, String)>,
    Body(body): Body<PatchQueuedPromptRequest>,
) -> Result<Json<QueuedPrompt>> {
    let patch = QueuedPromptPatch {
        prompt: body.prompt.map(Prompt::into_text).transpose()?,
        mode: body.mode,
        model: body.model.map(ModelRef::into_id).transpose()?,
        permission: body.permission,
        position: body.position,
    };
    Ok(Json(queue::queued_prompt(&app.change_queued(caller.user_id, &id, &run_id, patch).await?)))
}

#[utoipa::path(delete, path = "/v1/agents/{id}/queue/{runId}", operation_id = "deleteQueuedPrompt", tag = "queue", params(("id" = String, Path), ("runId" = String, Path)), responses((status = 200, body = IdResponse), (status = 404, body = super::error::Envelope)))]
pub async fn delete_queued_prompt(
    State(app): State<AppState>,
    Known(caller): Known,
    Path((id, run_id)): Path<(String, String)>,
) -> Result<Json<IdResponse>> {
    app.remove_queued(caller.user_id, &id, &run_id).await?;
    Ok(Json(IdResponse { id: run_id }))
}

/// Stops what runs and starts this one now.
#[utoipa::path(post, path = "/v1/agents/{id}/queue/{runId}/send", operation_id = "sendQueuedPrompt", tag = "queue", params(("id" = String, Path), ("runId" = String, Path)), responses((status = 200, body = CreateRunResponse), (status = 404, body = super::error::Envelope), (status = 409, body = super::error::Envelope)))]
pub async fn send_queued_prompt(
    State(app): State<AppState>,
    Known(caller): Known,
    Path((id, run_id)): Path<(String, String)>,
) -> Result<Json<CreateRunResponse>> {
    let sending = app.clone();
    let work = async move { sending.send_queued_now(caller.user_id, &id, &run_id).await };
    let row = app.to_its_end(work).await?;
    Ok(Json(CreateRunResponse { run: run::run(&app, &row) }))
}

#[utoipa::path(post, path = "/v1/agents/{id}/queue/pause", operation_id = "pauseQueue", tag = "queue", params(("id" = String, Path)), responses((status = 200, body = Queue), (status = 404, body = super::error::Envelope)))]
pub async fn pause_queue(State(app): State<AppState>, Known(caller): Known, Path(id): Path<String>) -> Result<Json<Queue>> {
    set_paused(app, caller.user_id, id, true).await
}

/// Lets a paused queue go on.
#[utoipa::path(post, path = "/v1/agents/{id}/queue/resume", operation_id = "resumeQueue", tag = "queue", params(("id" = String, Path)), responses((status = 200, body = Queue), (status = 404, body = super::error::Envelope)))]
pub async fn resume_queue(State(app): State<AppState>, Known(caller): Known, Path(id): Path<String>) -> Result<Json<Queue>> {
    set_paused(app, caller.user_id, id, false).await
}

async fn set_paused(app: AppState, user_id: i64, id: String, paused: bool) -> std::result::Result<Json<Queue>, Error> {
    app.pause_queue(user_id, &id, paused).await?;
    let (agent, page) = app.list_queue(user_id, &id, None, limit(None)?).await?;
    Ok(Json(queue::queue(&agent, &page)))
}
