//! Evaluation: a pure function from policy, facts, context and time to a decision.
