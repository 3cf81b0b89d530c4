//! What decides: `advance` says what an event means for an enrollment. Pure and total: no clock, no chance, no I/O.
