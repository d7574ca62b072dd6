//! What the configuration of servers says of TLS, a module for each program. No rule is applied here, and no format knows another.

pub mod nginx;
