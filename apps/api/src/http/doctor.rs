use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{AppState, caller::Known, query::Params};
use crate::app::{
    Error, Result,
    doctor::{Check, CheckStatus},
    sample_project,
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GetDoctor {
    /// Ask the CLI again instead of telling what it last said.
    #[serde(default)]
    refresh: bool,
}

#[derive(Serialize, ToSchema)]
pub struct Doctor {
    /// No check failed.
    ok: bool,
    checks: Vec<DoctorCheck>,
    cursor: Cursor,
    demo: Demo,
}

#[derive(Serialize, ToSchema)]
pub struct DoctorCheck {
    id: &'static str,
    title: &'static str,
    /// `ok`, `warning`, `error` or `unknown`.
    status: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
    /// A command to copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cursor {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    newer_than_tested: bool,
    login: Login,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Login {
    logged_in: bool,
    /// `login` or `api-key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Demo {
    /// A small project in which the demo agent can be tried.
    project_path: String,
}

/// Whether everything is there that an agent needs, each finding with its remedy.
#[utoipa::path(get, path = "/v1/doctor", operation_id = "getDoctor", tag = "machine", params(GetDoctor), responses((status = 200, body = Doctor)))]
pub async fn get_doctor(State(app): State<AppState>, _caller: Known, Params(params): Params<GetDoctor>) -> Result<Json<Doctor>> {
    let (checks, state) = app.doctor(params.refresh).await;
    let project = app.data.demo_project();
    sample_project::ensure(&project).map_err(|error| Error::internal("make the sample project", error))?;
    let version = state.program.as_ref().and_then(|program| program.version.clone());
    let by_api_key = state.login.by_api_key;
    let logged_in = state.login.logged_in.unwrap_or(false) || by_api_key;
    Ok(Json(Doctor {
        ok: checks.iter().all(|check| check.status != CheckStatus::Error),
        checks: checks.into_iter().map(DoctorCheck::from).collect(),
        cursor: Cursor {
            path: state.program.as_ref().map(|program| program.path.to_string_lossy().into_owned()),
            newer_than_tested: version.as_deref().is_some_and(agents::cursor::version::newer_than_tested),
            version,
            login: Login {
                logged_in,
                method: logged_in.then_some(if by_api_key { "api-key" } else { "login" }),
                email: state.login.email.clone(),
            },
        },
        demo: Demo { project_path: project.to_string_lossy().into_owned() },
    }))
}

impl From<Check> for DoctorCheck {
    fn from(check: Check) -> Self {
        let status = match check.status {
            CheckStatus::Ok => "ok",
            CheckStatus::Warning => "warning",
            CheckStatus::Error => "error",
            CheckStatus::Unknown => "unknown",
        };
        Self { id: check.id, title: check.title, status, message: check.message, remedy: check.remedy, command: check.command }
    }
}
