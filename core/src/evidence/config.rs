//! Image configuration: the OCI image configuration and Docker's.
