use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode};
use domain::{AgentId, Mode, Permission};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{
    AppState,
    body::Body,
    caller::Known,
    idempotency::Seed,
    path::Path,
    query::{Params, invalid_cursor, limit},
    shape::{
        agent::{self, Agent},
        run::{self, Run, TokenUsage},
    },
};
use crate::app::{
    AgentFilter, Error, Kind, Result,
    agents::{AgentPatch, CreateAgent},
    launch::Driver,
    title::MAX_NAME,
    workspace::{WorkspaceChoice, source::BranchChoice},
};
use crate::config::is_variable;

/// What Cursor takes, and ours: `workspace`, `permission`, `driver`, `cliChat`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateAgentRequest {
    prompt: Prompt,
    model: Option<ModelRef>,
    name: Option<String>,
    agent_id: Option<String>,
    mode: Option<Mode>,
    permission: Option<Permission>,
    #[schema(value_type = Option<WorkspaceRequest>)]
    workspace: Option<Value>,
    /// `cursor` (the default) or `demo`.
    driver: Option<String>,
    cli_chat: Option<CliChatRef>,
    env_vars: Option<BTreeMap<String, String>>,
    repos: Option<Vec<RepoRequest>>,
    /// Work on `startingRef` itself instead of a new branch.
    work_on_current_branch: Option<bool>,
    /// What the new branch is called.
    branch_name: Option<String>,
    env: Option<Value>,
    #[serde(rename = "autoCreatePR")]
    auto_create_pr: Option<bool>,
    mcp_servers: Option<Vec<Value>>,
    custom_subagents: Option<Vec<Value>>,
}

#[derive(Deserialize, ToSchema)]
pub struct Prompt {
    text: String,
    images: Option<Vec<Value>>,
}

impl Prompt {
    pub fn into_text(self) -> Result<String> {
        if self.images.is_some_and(|images| !images.is_empty()) {
            return Err(Error::unavailable("prompt.images"));
        }
        if self.text.trim().is_empty() {
            return Err(Error::invalid("The prompt is empty. Write what the agent is to do in prompt.text."));
        }
        Ok(self.text)
    }
}

/// A directory of yours, or a fresh one.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
#[expect(dead_code, reason = "tells the document what `workspace` takes; the handler reads it by hand for better errors")]
pub enum WorkspaceRequest {
    #[serde(rename_all = "camelCase")]
    Local {
        path: String,
        copy: Option<bool>,
        uncommitted_changes: Option<bool>,
    },
    Empty,
}

/// A repository, and where to start in it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RepoRequest {
    url: String,
    /// A branch, tag or commit; the default branch unless told.
    starting_ref: Option<String>,
    pr_url: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub struct ModelRef {
    id: String,
    params: Option<Vec<Value>>,
}

impl ModelRef {
    pub fn into_id(self) -> Result<String> {
        if self.params.is_some_and(|params| !params.is_empty()) {
            return Err(Error::unavailable("model.params"));
        }
        if self.id.is_empty() {
            return Err(Error::new(Kind::Invalid, "invalid_model", "model.id is empty. Leave model out for the default."));
        }
        Ok(self.id)
    }
}

#[derive(Deserialize, ToSchema)]
pub struct CliChatRef {
    id: String,
    directory: String,
}

#[derive(Serialize, ToSchema)]
pub struct CreateAgentResponse {
    agent: Agent,
    run: Run,
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ListAgents {
    /// 1 to 100, 20 unless told.
    limit: Option<i64>,
    cursor: Option<String>,
    /// Also archived ones; true unless told.
    include_archived: Option<bool>,
    /// Part of a name, in any case.
    query: Option<String>,
    /// Accepted for Cursor's clients; no agent has a pull request here yet.
    pr_url: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListAgentsResponse {
    items: Vec<Agent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PatchAgentRequest {
    name: Option<String>,
    permission: Option<Permission>,
    mode: Option<Mode>,
    /// null: back to the default.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<ModelRef>)]
    model: Option<Option<ModelRef>>,
    unread: Option<bool>,
}

#[derive(Serialize, ToSchema)]
pub struct IdResponse {
    pub id: String,
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct GetUsage {
    /// Only this run's.
    run_id: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AgentUsageResponse {
    total_usage: TokenUsage,
    runs: Vec<RunUsage>,
}

#[derive(Serialize, ToSchema)]
pub struct RunUsage {
    id: String,
    usage: TokenUsage,
}

/// Creates an agent and its first run.
#[utoipa::path(post, path = "/v1/agents", operation_id = "createAgent", tag = "agents", request_body = CreateAgentRequest, responses((status = 201, body = CreateAgentResponse), (status = 400, body = super::error::Envelope), (status = 409, body = super::error::Envelope)))]
pub async fn create_agent(
    State(app): State<AppState>,
    Known(caller): Known,
    Seed(seed): Seed,
    Body(body): Body<CreateAgentRequest>,
) -> Result<(StatusCode, Json<CreateAgentResponse>)> {
    for (given, what) in [
        (body.auto_create_pr == Some(true), "autoCreatePR"),
        (body.mcp_servers.is_some_and(|servers| !servers.is_empty()), "mcpServers"),
        (body.custom_subagents.is_some_and(|subagents| !subagents.is_empty()), "customSubagents"),
    ] {
        if given {
            return Err(Error::unavailable(what));
        }
    }
    if body.env.as_ref().is_some_and(|env| env.get("name").is_some()) {
        return Err(Error::unavailable("A named env"));
    }
    let driver = body
        .driver
        .as_deref()
        .map_or(Some(Driver::Cursor), Driver::parse)
        .ok_or_else(|| Error::invalid("driver is cursor or demo."))?;
    let agent_id = match body.agent_id.as_deref() {
        Some(id) => Some(id.parse::<AgentId>().map_err(|error| Error::invalid(format!("agentId is {error}.")))?),
        None => None,
    };
    let environment = environment(body.env_vars.unwrap_or_default())?;
    if agent_id.is_some() && !environment.is_empty() {
        return Err(Error::invalid("envVars cannot be combined with an agentId of your own; leave agentId out."));
    }
    let request = CreateAgent {
        prompt: body.prompt.into_text()?,
        name: body.name.map(|name| checked_name(&name)).transpose()?,
        model: body.model.map(ModelRef::into_id).transpose()?,
        mode: body.mode.unwrap_or(Mode::Agent),
        permission: body.permission,
        driver,
        workspace: workspace(body.repos, body.workspace)?,
        branch: BranchChoice { name: body.branch_name, current: body.work_on_current_branch.unwrap_or(false) },
        agent_id,
        environment,
        cli_chat: body.cli_chat.map(|chat| (chat.id, chat.directory)),
    };
    let creating = app.clone();
    let work = async move { creating.create_agent(caller.user_id, request, seed).await };
    let (agent, run) = app.to_its_end(work).await?;
    let response = CreateAgentResponse { agent: agent::agent(&app, &agent, Some(&run)), run: run::run(&app, &run) };
    Ok((StatusCode::CREATED, Json(response)))
}

/// The agents of the caller, by their last change, newest first.
#[utoipa::path(get, path = "/v1/agents", operation_id = "listAgents", tag = "agents", params(ListAgents), responses((status = 200, body = ListAgentsResponse)))]
pub async fn list_agents(
    State(app): State<AppState>,
    Known(caller): Known,
    Params(params): Params<ListAgents>,
) -> Result<Json<ListAgentsResponse>> {
    let before = match &params.cursor {
        Some(cursor) => {
            let (updated_at, id) = cursor.split_once('_').ok_or_else(invalid_cursor)?;
            let id: AgentId = id.parse().map_err(|_| invalid_cursor())?;
            Some((updated_at.parse().map_err(|_| invalid_cursor())?, id.to_string()))
        }
        None => None,
    };
    let limit = limit(params.limit)?;
    if params.pr_url.is_some() {
        return Ok(Json(ListAgentsResponse { items: Vec::new(), next_cursor: None }));
    }
    let name = params.query.filter(|query| !query.is_empty());
    let filter = AgentFilter { archived: params.include_archived.unwrap_or(true), name, before };
    let page = app.list_agents(caller.user_id, filter, limit).await?;
    let last = page.items.last().filter(|_| page.more);
    let next_cursor = last.map(|last| format!("{}_{}", last.updated_at, last.id));
    Ok(Json(ListAgentsResponse { items: agent::agents(&app, &page.items).await?, next_cursor }))
}

#[utoipa::path(get, path = "/v1/agents/{id}", operation_id = "getAgent", tag = "agents", params(("id" = String, Path)), responses((status = 200, body = Agent), (status = 404, body = super::error::Envelope)))]
pub async fn get_agent(State(app): State<AppState>, Known(caller): Known, Path(id): Path<String>) -> Result<Json<Agent>> {
    let row = app.get_agent(caller.user_id, &id).await?;
    let mut total = domain::Usage::default();
    for (_, usage) in app.usage(caller.user_id, &id, None).await? {
        total += usage;
    }
    let latest = app.latest_runs(std::slice::from_ref(&row)).await?;
    Ok(Json(agent::agent(&app, &row, latest.first()).with_usage(total)))
}

/// Renames, marks read, or changes what the next runs may do.
#[utoipa::path(patch, path = "/v1/agents/{id}", operation_id = "updateAgent", tag = "agents", params(("id" = String, Path)), request_body = PatchAgentRequest, responses((status = 200, body = Agent), (status = 404, body = super::error::Envelope)))]
pub async fn patch_agent(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
    Body(body): Body<PatchAgentRequest>,
) -> Result<Json<Agent>> {
    let model = match body.model {
        Some(Some(model)) => Some(Some(model.into_id()?)),
        Some(None) => Some(None),
        None => None,
    };
    let name = body.name.map(|name| checked_name(&name)).transpose()?;
    let patch = AgentPatch { name, permission: body.permission, mode: body.mode, model, unread: body.unread };
    let row = app.patch_agent(caller.user_id, &id, patch).await?;
    let latest = app.latest_runs(std::slice::from_ref(&row)).await?;
    Ok(Json(agent::agent(&app, &row, latest.first())))
}

/// Removes an agent for good, and ends what runs of it.
#[utoipa::path(delete, path = "/v1/agents/{id}", operation_id = "deleteAgent", tag = "agents", params(("id" = String, Path)), responses((status = 200, body = IdResponse), (status = 404, body = super::error::Envelope)))]
pub async fn delete_agent(State(app): State<AppState>, Known(caller): Known, Path(id): Path<String>) -> Result<Json<IdResponse>> {
    let deleting = app.clone();
    let work = async move { deleting.delete_agent(caller.user_id, &id).await.map(|()| id) };
    Ok(Json(IdResponse { id: app.to_its_end(work).await? }))
}

#[utoipa::path(post, path = "/v1/agents/{id}/archive", operation_id = "archiveAgent", tag = "agents", params(("id" = String, Path)), responses((status = 200, body = IdResponse), (status = 404, body = super::error::Envelope)))]
pub async fn archive_agent(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Result<Json<IdResponse>> {
    app.set_archived(caller.user_id, &id, true).await?;
    Ok(Json(IdResponse { id }))
}

#[utoipa::path(post, path = "/v1/agents/{id}/unarchive", operation_id = "unarchiveAgent", tag = "agents", params(("id" = String, Path)), responses((status = 200, body = IdResponse), (status = 404, body = super::error::Envelope)))]
pub async fn unarchive_agent(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Result<Json<IdResponse>> {
    app.set_archived(caller.user_id, &id, false).await?;
    Ok(Json(IdResponse { id }))
}

/// Tokens, a run at a time and in all.
#[utoipa::path(get, path = "/v1/agents/{id}/usage", operation_id = "getAgentUsage", tag = "agents", params(("id" = String, Path), GetUsage), responses((status = 200, body = AgentUsageResponse), (status = 404, body = super::error::Envelope)))]
pub async fn get_usage(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
    Params(params): Params<GetUsage>,
) -> Result<Json<AgentUsageResponse>> {
    let used = app.usage(caller.user_id, &id, params.run_id.as_deref()).await?;
    let mut total = domain::Usage::default();
    for (_, usage) in &used {
        total += *usage;
    }
    let runs = used.into_iter().map(|(id, usage)| RunUsage { id, usage: usage.into() }).collect();
    Ok(Json(AgentUsageResponse { total_usage: total.into(), runs }))
}

/// Where the agent is to work; an empty directory unless it is told.
fn workspace(repos: Option<Vec<RepoRequest>>, workspace: Option<Value>) -> Result<WorkspaceChoice> {
    let invalid = |message: &str| Error::new(Kind::Invalid, "invalid_directory", message);
    let repos = repos.unwrap_or_default();
    if !repos.is_empty() {
        if workspace.is_some() {
            return Err(Error::invalid("Give either repos or workspace, not both."));
        }
        if repos.iter().any(|repo| repo.pr_url.is_some()) {
            return Err(Error::unavailable("repos[].prUrl"));
        }
        return Ok(WorkspaceChoice::Git(repos.into_iter().map(|repo| (repo.url, repo.starting_ref)).collect()));
    }
    let Some(workspace) = workspace else { return Ok(WorkspaceChoice::Empty) };
    match workspace.get("type").and_then(Value::as_str) {
        Some("empty") => Ok(WorkspaceChoice::Empty),
        Some("local") => {
            let Some(path) = workspace.get("path").and_then(Value::as_str).map(str::to_owned) else {
                return Err(invalid("workspace.path is missing. Give the absolute path of a directory."));
            };
            let told = |name: &str| match workspace.get(name) {
                None | Some(Value::Null) => Ok(None),
                Some(Value::Bool(told)) => Ok(Some(*told)),
                Some(_) => Err(Error::invalid(format!("workspace.{name} is true or false."))),
            };
            let uncommitted = told("uncommittedChanges")?.unwrap_or(true);
            Ok(if told("copy")? == Some(true) {
                WorkspaceChoice::Copy { path, uncommitted }
            } else {
                WorkspaceChoice::Local(path)
            })
        }
        _ => Err(invalid("workspace.type is local, with a path, or empty.")),
    }
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > MAX_NAME || name.chars().any(char::is_control) {
        return Err(Error::invalid(format!("A name has 1 to {MAX_NAME} characters and no control characters.")));
    }
    Ok(name.to_owned())
}

fn environment(variables: BTreeMap<String, String>) -> Result<Vec<(String, String)>> {
    if variables.len() > 50 {
        return Err(Error::invalid("envVars has at most 50 variables."));
    }
    for (name, value) in &variables {
        let good_name = is_variable(name) && name.len() <= 255 && !name.to_ascii_uppercase().starts_with("CURSOR_");
        let good_value = !value.is_empty() && value.len() <= 4096 && !value.contains('\0');
        if !good_name || !good_value {
            let message = "Names in envVars are letters, digits and '_', at most 255, not CURSOR_… nor NODE_OPTIONS; values have 1 to 4096 bytes.";
            return Err(Error::invalid(message));
        }
    }
    Ok(variables.into_iter().collect())
}

/// Tells null from absent.
pub fn some<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> std::result::Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
