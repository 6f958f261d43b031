use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
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
    shape::{
        queue::{self, QueuedPrompt},
        run::{self, Run},
        workspace::branches,
    },
};
use crate::app::{Error, Result, queue::Sent, runs::CreateRun};

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateRunRequest {
    prompt: Prompt,
    mode: Option<Mode>,
    model: Option<ModelRef>,
    permission: Option<Permission>,
    /// Rules in the CLI's own form, such as `Shell(curl)`, to allow in this chat from now on.
    #[serde(default)]
    allow: Vec<String>,
    /// `fresh`: a new session of the agent program, with the conversation so far as context.
    session: Option<String>,
    mcp_servers: Option<Vec<serde_json::Value>>,
    /// `reject` (409, unless told) or `queue`: wait for the run that goes on.
    when_busy: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct CreateRunResponse {
    pub run: Run,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListRuns {
    /// 1 to 100, 20 unless told.
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListRunsResponse {
    items: Vec<Run>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct QueuedResponse {
    queued: QueuedPrompt,
}

impl CreateRunRequest {
    /// The request, and whether it is to wait where the agent is busy.
    pub fn into_create_run(self) -> Result<(CreateRun, bool)> {
        if self.mcp_servers.is_some_and(|servers| !servers.is_empty()) {
            return Err(Error::unavailable("mcpServers"));
        }
        let fresh_session = match self.session.as_deref() {
            None => false,
            Some("fresh") => true,
            Some(_) => return Err(Error::invalid("session is fresh, or left out.")),
        };
        let queue = match self.when_busy.as_deref() {
            None | Some("reject") => false,
            Some("queue") => true,
            Some(_) => return Err(Error::invalid("whenBusy is reject or queue.")),
        };
        if self.allow.len() > 50 || self.allow.iter().any(|rule| rule.len() > 500 || !is_rule(rule)) {
            let message = "allow holds up to 50 rules such as Shell(curl), WebFetch(example.com) or Mcp(server:tool).";
            return Err(Error::invalid(message));
        }
        let request = CreateRun {
            prompt: self.prompt.into_text()?,
            mode: self.mode,
            model: self.model.map(ModelRef::into_id).transpose()?,
            permission: self.permission,
            allow: self.allow,
            fresh_session,
        };
        Ok((request, queue))
    }
}

/// Sends a follow-up.
#[utoipa::path(post, path = "/v1/agents/{id}/runs", operation_id = "createRun", tag = "runs", params(("id" = String, Path)), request_body = CreateRunRequest, responses((status = 201, body = CreateRunResponse), (status = 202, description = "It waits for the run before it", body = QueuedResponse), (status = 404, body = super::error::Envelope), (status = 409, body = super::error::Envelope)))]
pub async fn create_run(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
    Seed(seed): Seed,
    Body(body): Body<CreateRunRequest>,
) -> Result<Response> {
    let (request, queue) = body.into_create_run()?;
    let (creating, run_id) = (app.clone(), seed.map(RunId::from));
    let sent = if queue {
        app.to_its_end(async move { creating.send_prompt(caller.user_id, &id, request, run_id).await }).await?
    } else {
        let work = async move { creating.create_run(caller.user_id, &id, request, run_id).await };
        Sent::Run(Box::new(app.to_its_end(work).await?))
    };
    Ok(match sent {
        Sent::Run(run) => (StatusCode::CREATED, Json(CreateRunResponse { run: run::run(&app, &run) })).into_response(),
        Sent::Queued(row) => (StatusCode::ACCEPTED, Json(QueuedResponse { queued: queue::queued_prompt(&row) })).into_response(),
    })
}

/// Lets a run go that the day's budget holds.
#[utoipa::path(post, path = "/v1/agents/{id}/runs/{runId}/release", operation_id = "releaseRun", tag = "runs", params(("id" = String, Path), ("runId" = String, Path)), responses((status = 200, body = Run), (status = 404, body = super::error::Envelope), (status = 409, body = super::error::Envelope)))]
pub async fn release_run(
    State(app): State<AppState>,
    Known(caller): Known,
    Path((id, run_id)): Path<(String, String)>,
) -> Result<Json<Run>> {
    Ok(Json(run::run(&app, &app.release_run(caller.user_id, &id, &run_id).await?)))
}

/// The runs of an agent, newest first.
#[utoipa::path(get, path = "/v1/agents/{id}/runs", operation_id = "listRuns", tag = "runs", params(("id" = String, Path), ListRuns), responses((status = 200, body = ListRunsResponse), (status = 404, body = super::error::Envelope)))]
pub async fn list_runs(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
    Params(params): Params<ListRuns>,
) -> Result<Json<ListRunsResponse>> {
    let before = params.cursor.map(|cursor| cursor.parse().map_err(|_| invalid_cursor())).transpose()?;
    let page = app.list_runs(caller.user_id, &id, before, limit(params.limit)?).await?;
    let next_cursor = page.items.last().filter(|_| page.more).map(|last| last.number.to_string());
    let agent = app.get_agent(caller.user_id, &id).await?;
    let items = page.items.iter().map(|row| run::run(&app, row).with_git(branches(&agent))).collect();
    Ok(Json(ListRunsResponse { items, next_cursor }))
}

#[utoipa::path(get, path = "/v1/agents/{id}/runs/{runId}", operation_id = "getRun", tag = "runs", params(("id" = String, Path), ("runId" = String, Path)), responses((status = 200, body = Run), (status = 404, body = super::error::Envelope)))]
pub async fn get_run(
    State(app): State<AppState>,
    Known(caller): Known,
    Path((id, run_id)): Path<(String, String)>,
) -> Result<Json<Run>> {
    let row = app.get_run(caller.user_id, &id, &run_id).await?;
    let agent = app.get_agent(caller.user_id, &id).await?;
    Ok(Json(run::run(&app, &row).with_git(branches(&agent))))
}

/// Ends a run. Answers when it has ended.
#[utoipa::path(post, path = "/v1/agents/{id}/runs/{runId}/cancel", operation_id = "cancelRun", tag = "runs", params(("id" = String, Path), ("runId" = String, Path)), responses((status = 200, body = IdResponse), (status = 404, body = super::error::Envelope), (status = 409, body = super::error::Envelope)))]
pub async fn cancel_run(
    State(app): State<AppState>,
    Known(caller): Known,
    Path((id, run_id)): Path<(String, String)>,
) -> Result<Json<IdResponse>> {
    let run = app.cancel_run(caller.user_id, &id, &run_id).await?;
    Ok(Json(IdResponse { id: run.id }))
}

/// `Name(pattern)`, as the CLI writes its permissions.
fn is_rule(rule: &str) -> bool {
    let parts = rule.split_once('(').and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?)));
    parts.is_some_and(|(name, pattern)| {
        matches!(name, "Shell" | "Read" | "Write" | "WebFetch" | "Mcp")
            && !pattern.is_empty()
            && !pattern.chars().any(char::is_control)
    })
}
