// SPDX-License-Identifier: Apache-2.0
// Nothing: its target precompiles headers for the tests.
