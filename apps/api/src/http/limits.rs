use axum::{Json, extract::State};
use domain::{Budget, Limits, RunLimits, Spent, limits::MINUTE_MS};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::ToSchema;

use super::{AppState, body::Body, caller::Known, path::Path};
use crate::app::{Error, Result, limits::Overrides};

/// What runs, chats and a day may come to; null: no limit.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LimitsResponse {
    concurrent_runs: Option<u32>,
    run: RunLimits,
    chat: Budget,
    day: Budget,
    today: SpentSoFar,
}

#[derive(Serialize, ToSchema)]
pub struct ChatLimitsResponse {
    run: RunLimits,
    chat: Budget,
    overrides: OverridesShape,
    spent: SpentSoFar,
}

/// Limits of a chat's own; null: as in the settings.
#[derive(Serialize, ToSchema)]
pub struct OverridesShape {
    run: RunLimits,
    chat: Budget,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SpentSoFar {
    /// With one digit after the point.
    minutes: f64,
    tool_calls: u64,
    tokens: u64,
}

impl From<Spent> for SpentSoFar {
    fn from(spent: Spent) -> Self {
        let tenths = spent.milliseconds * 10 / MINUTE_MS;
        Self { minutes: tenths as f64 / 10.0, tool_calls: spent.tool_calls, tokens: spent.tokens }
    }
}

#[utoipa::path(get, path = "/v1/limits", operation_id = "getLimits", tag = "limits", responses((status = 200, body = LimitsResponse)))]
pub async fn get_limits(State(app): State<AppState>, Known(caller): Known) -> Result<Json<LimitsResponse>> {
    let Limits { concurrent_runs, run, chat, day } = app.limits();
    let today = app.spent_today(caller.user_id).await?.into();
    Ok(Json(LimitsResponse { concurrent_runs, run, chat, day, today }))
}

/// Changes what is named and leaves the rest.
#[utoipa::path(patch, path = "/v1/limits", operation_id = "updateLimits", tag = "limits", request_body = Limits, responses((status = 200, body = LimitsResponse), (status = 400, body = super::error::Envelope)))]
pub async fn patch_limits(State(app): State<AppState>, caller: Known, Body(patch): Body<Value>) -> Result<Json<LimitsResponse>> {
    app.change_limits(caller.0.user_id, |current| patched(current, patch)).await?;
    get_limits(State(app), caller).await
}

#[utoipa::path(get, path = "/v1/agents/{id}/limits", operation_id = "getAgentLimits", tag = "limits", params(("id" = String, Path)), responses((status = 200, body = ChatLimitsResponse), (status = 404, body = super::error::Envelope)))]
pub async fn get_agent_limits(
    State(app): State<AppState>,
    Known(caller): Known,
    Path(id): Path<String>,
) -> Result<Json<ChatLimitsResponse>> {
    let agent = app.get_agent(caller.user_id, &id).await?;
    let limits = app.chat_limits(&agent).await?;
    let Overrides { run, chat } = limits.overrides;
    let overrides = OverridesShape { run, chat };
    Ok(Json(ChatLimitsResponse { run: limits.run, chat: limits.chat, overrides, spent: limits.spent.into() }))
}

/// Gives a chat limits of its own.
#[utoipa::path(patch, path = "/v1/agents/{id}/limits", operation_id = "updateAgentLimits", tag = "limits", params(("id" = String, Path)), request_body = OverridesShape, responses((status = 200, body = ChatLimitsResponse), (status = 400, body = super::error::Envelope), (status = 404, body = super::error::Envelope)))]
pub async fn patch_agent_limits(
    State(app): State<AppState>,
    caller: Known,
    Path(id): Path<String>,
    Body(patch): Body<Value>,
) -> Result<Json<ChatLimitsResponse>> {
    let agent = app.get_agent(caller.0.user_id, &id).await?;
    let overrides: Overrides = patched(&app.chat_limits(&agent).await?.overrides, patch)?;
    app.set_chat_limits(caller.0.user_id, &agent, overrides).await?;
    get_agent_limits(State(app), caller, Path(id)).await
}

/// `current` with what `patch` names; a wrong value changes nothing and is named.
fn patched<T: Serialize + DeserializeOwned>(current: &T, patch: Value) -> Result<T> {
    let mut merged = serde_json::to_value(current).map_err(|error| Error::internal("read the limits", error))?;
    merge(&mut merged, patch, "")?;
    serde_json::from_value(merged).map_err(|error| Error::invalid(format!("The limits are not as expected: {error}.")))
}

fn merge(current: &mut Value, patch: Value, path: &str) -> Result<()> {
    match (current, patch) {
        (Value::Object(fields), Value::Null) if !path.is_empty() => {
            fields.values_mut().for_each(|field| *field = Value::Null);
            Ok(())
        }
        (Value::Object(fields), Value::Object(patch)) => {
            for (name, value) in patch {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let field = fields.get_mut(&name).ok_or_else(|| Error::invalid(format!("There is no limit {path}.")))?;
                merge(field, value, &path)?;
            }
            Ok(())
        }
        (current, value) if !current.is_object() => {
            let most: u64 = if path.ends_with("tokens") { 1_000_000_000_000 } else { 1_000_000 };
            if !value.is_null() && !value.as_u64().is_some_and(|number| (1..=most).contains(&number)) {
                return Err(Error::invalid(format!("{path} is a whole number from 1 to {most}, or null for none.")));
            }
            *current = value;
            Ok(())
        }
        _ => Err(Error::invalid(format!("{path} is an object."))),
    }
}
