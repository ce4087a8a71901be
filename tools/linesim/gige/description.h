// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace veriline::linesim {

/// The GenICam description (GenApi 1.1 XML) of a simulated camera: the SFNC features whose
/// registers stand in registers.h.
std::string DescribeGigeCamera();

}  // namespace veriline::linesim
