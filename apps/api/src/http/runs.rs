use axum::{Json, extract::State, http::StatusCode};
use domain::{Mode, Permission};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    AppState,
    agents::{IdResponse, ModelRef, Prompt},
    body::Body,
    caller::Known,
    path::Path,
    query::{Params, invalid_cursor, limit},
    shape::run::{self, Run},
};
use crate::app::{Error, Result, runs::CreateRun};

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
}

#[derive(Serialize, ToSchema)]
pub struct CreateRunResponse {
    run: Run,
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

/// Sends a follow-up.
#[utoipa::path(post, path = "/v1/agents/{id}/runs", operation_id = "createRun", tag = "runs", params(("id" = String, Path)), request_body = CreateRunRequest, responses((status = 201, body = CreateRunResponse), (status = 404, body = super::error::Envelope), (status = 409, body = super::error::Envelope)))]
pub async fn create_run(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
    Body(body): Body<CreateRunRequest>,
) -> Result<(StatusCode, Json<CreateRunResponse>)> {
    if body.mcp_servers.is_some_and(|servers| !servers.is_empty()) {
        return Err(Error::unavailable("mcpServers"));
    }
    let fresh_session = match body.session.as_deref() {
        None => false,
        Some("fresh") => true,
        Some(_) => return Err(Error::invalid("session is fresh, or left out.")),
    };
    if body.allow.len() > 50 || body.allow.iter().any(|rule| rule.len() > 500 || !is_rule(rule)) {
        return Err(Error::invalid("allow holds up to 50 rules such as Shell(curl), WebFetch(example.com) or Mcp(server:tool)."));
    }
    let request = CreateRun {
        prompt: body.prompt.into_text()?,
        mode: body.mode,
        model: body.model.map(ModelRef::into_id).transpose()?,
        permission: body.permission,
        allow: body.allow,
        fresh_session,
    };
    let creating = app.clone();
    let work = async move { creating.create_run(caller.user_id, &id, request).await };
    let run = app.to_its_end(work).await?;
    Ok((StatusCode::CREATED, Json(CreateRunResponse { run: run::run(&run) })))
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
    Ok(Json(ListRunsResponse { items: page.items.iter().map(run::run).collect(), next_cursor }))
}

#[utoipa::path(get, path = "/v1/agents/{id}/runs/{runId}", operation_id = "getRun", tag = "runs", params(("id" = String, Path), ("runId" = String, Path)), responses((status = 200, body = Run), (status = 404, body = super::error::Envelope)))]
pub async fn get_run(
    State(app): State<AppState>,
    Known(caller): Known,
    Path((id, run_id)): Path<(String, String)>,
) -> Result<Json<Run>> {
    Ok(Json(run::run(&app.get_run(caller.user_id, &id, &run_id).await?)))
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
