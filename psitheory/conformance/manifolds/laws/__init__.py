"""The laws that manifolds obey, when each applies, and the inputs on which they are tried."""
