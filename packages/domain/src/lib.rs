//! The words of the product, as types: ids, run states, events, tool calls, steps.
//!
//! Pure: nothing here reads a file, a clock or a socket, so the same code serves the live path,
//! the silent replay after a crash, and the tests.

pub mod agent;
pub mod event;
pub mod fold;
pub mod id;
pub mod limits;
pub mod run;
pub mod step;
pub mod tool;

pub use agent::{Mode, Permission};
pub use event::{Event, Notice, RunError};
pub use fold::{Fold, StepChange};
pub use id::{AgentId, EventId, RunId, StepId};
pub use limits::{Bound, BoundOf, Budget, Guards, Limits, RunLimits, Spent};
pub use run::{RunStatus, Usage};
pub use step::{Step, StepBody};
pub use tool::{Outcome, Preparation, PreparationStatus, ToolCall, ToolStatus, ToolView};
