// SPDX-License-Identifier: Apache-2.0
#include "tools/linesim/gige/description.h"

#include <fmt/format.h>

#include <initializer_list>
#include <utility>

#include "tools/linesim/gige/registers.h"

namespace veriline::linesim {
namespace {

/// Writes nodes of a description; each feature lies in one register.
class Description {
 public:
  std::string Finish() && {
    return R"(<?xml version="1.0" encoding="utf-8"?>
<RegisterDescription ModelName="GigE" VendorName="Veriline" StandardNameSpace="GEV"
 SchemaMajorVersion="1" SchemaMinorVersion="1" SchemaSubMinorVersion="0"
 MajorVersion="1" MinorVersion="0" SubMinorVersion="0" ToolTip="Simulated camera"
 ProductGuid="0" VersionGuid="0" xmlns="http://www.genicam.org/GenApi/Version_1_1">
<Category Name="Root" NameSpace="Standard">)" +
           features_ + "</Category>\n" + nodes_ +
           "<Port Name=\"Device\" NameSpace=\"Standard\"/>\n</RegisterDescription>\n";
  }

  void Raw(const std::string& node) { nodes_ += node; }

  void Text(const char* name, uint32_t address, int bytes) {
    Feature(name);
    nodes_ += fmt::format(
        "<StringReg Name=\"{}\" NameSpace=\"Standard\"><Address>{}</Address><Length>{}</Length>"
        "<AccessMode>RO</AccessMode><pPort>Device</pPort></StringReg>\n",
        name, address, bytes);
  }
  void Register(const std::string& name, uint32_t address, const char* access,
                const std::string& more = {}) {
    nodes_ += fmt::format(
        "<IntReg Name=\"{}\"><Address>{}</Address>{}<Length>4</Length><AccessMode>{}</AccessMode>"
        "<pPort>Device</pPort><Cachable>NoCache</Cachable><Sign>Unsigned</Sign>"
        "<Endianess>BigEndian</Endianess></IntReg>\n",
        name, address, more, access);
  }
  void Integer(const std::string& name, uint32_t address, const char* access,
               const std::string& range) {
    Feature(name);
    nodes_ += fmt::format(
        "<Integer Name=\"{0}\" NameSpace=\"Standard\"><pValue>{0}Reg</pValue>{1}</Integer>\n", name,
        range);
    Register(name + "Reg", address, access);
  }
  void Float(const std::string& name, uint32_t address, double min, double max, const char* unit) {
    Feature(name);
    nodes_ += fmt::format(
        "<Float Name=\"{0}\" NameSpace=\"Standard\"><pValue>{0}Reg</pValue><Min>{1}</Min>"
        "<Max>{2}</Max><Unit>{3}</Unit></Float>\n"
        "<FloatReg Name=\"{0}Reg\"><Address>{4}</Address><Length>8</Length>"
        "<AccessMode>RW</AccessMode><pPort>Device</pPort><Cachable>NoCache</Cachable>"
        "<Endianess>BigEndian</Endianess></FloatReg>\n",
        name, min, max, unit, address);
  }
  void Command(const std::string& name, uint32_t address, int value) {
    Feature(name);
    nodes_ += fmt::format(
        "<Command Name=\"{0}\" NameSpace=\"Standard\"><pValue>{0}Reg</pValue>"
        "<CommandValue>{1}</CommandValue></Command>\n",
        name, value);
    Register(name + "Reg", address, "RW");
  }
  using Entries = std::initializer_list<std::pair<const char*, uint32_t>>;
  void Choice(const std::string& name, const std::string& value_node, Entries entries) {
    Feature(name);
    nodes_ += fmt::format("<Enumeration Name=\"{}\" NameSpace=\"Standard\">", name);
    for (const auto& [entry, value] : entries) {
      nodes_ +=
          fmt::format("<EnumEntry Name=\"{}\" NameSpace=\"Standard\"><Value>{}</Value></EnumEntry>",
                      entry, value);
    }
    nodes_ += fmt::format("<pValue>{}</pValue></Enumeration>\n", value_node);
  }
  void Choice(const std::string& name, uint32_t address, Entries entries) {
    Choice(name, name + "Reg", entries);
    Register(name + "Reg", address, "RW");
  }
  void Chunk(const std::string& name, GigeChunk chunk) {
    Feature(name);
    nodes_ += fmt::format(
        "<Integer Name=\"{0}\" NameSpace=\"Standard\"><pValue>{0}Reg</pValue></Integer>\n"
        "<IntReg Name=\"{0}Reg\"><Address>0</Address><Length>4</Length><AccessMode>RO</AccessMode>"
        "<pPort>{0}Port</pPort><Cachable>NoCache</Cachable><Sign>Unsigned</Sign>"
        "<Endianess>BigEndian</Endianess></IntReg>\n"
        "<Port Name=\"{0}Port\"><ChunkID>{1:x}</ChunkID></Port>\n",
        name, ChunkIdOf(static_cast<int>(chunk)));
  }

 private:
  void Feature(const std::string& name) {
    features_ += fmt::format("<pFeature>{}</pFeature>", name);
  }
  std::string features_;
  std::string nodes_;
};

}  // namespace

std::string DescribeGigeCamera() {
  Description d;
  d.Text("DeviceVendorName", reg::kManufacturer, 32);
  d.Text("DeviceModelName", reg::kModel, 32);
  d.Text("DeviceVersion", reg::kDeviceVersion, 32);
  d.Text("DeviceSerialNumber", reg::kSerial, 16);
  d.Text("DeviceID", reg::kSerial, 16);

  d.Integer("SensorWidth", reg::kSensorWidth, "RO", "");
  d.Integer("SensorHeight", reg::kSensorHeight, "RO", "");
  d.Integer("WidthMax", reg::kSensorWidth, "RO", "");
  d.Integer("HeightMax", reg::kSensorHeight, "RO", "");
  d.Integer("Width", reg::kWidth, "RW", "<Min>16</Min><pMax>WidthMax</pMax><Inc>4</Inc>");
  d.Integer("Height", reg::kHeight, "RW", "<Min>1</Min><pMax>HeightMax</pMax><Inc>1</Inc>");
  d.Integer("OffsetX", reg::kOffsetX, "RW", "<Min>0</Min><pMax>WidthMax</pMax><Inc>4</Inc>");
  d.Integer("OffsetY", reg::kOffsetY, "RW", "<Min>0</Min><pMax>HeightMax</pMax><Inc>1</Inc>");
  d.Choice("PixelFormat", reg::kPixelFormat,
           {{"Mono8", kPixelFormatMono8}, {"Mono12", 0x01100005}});
  d.Integer("PayloadSize", reg::kPayloadSize, "RO", "");

  d.Choice("AcquisitionMode", reg::kAcquisitionMode, {{"Continuous", 0}, {"SingleFrame", 1}});
  d.Command("AcquisitionStart", reg::kAcquisition, 1);
  d.Command("AcquisitionStop", reg::kAcquisition, 0);
  d.Float("AcquisitionFrameRate", reg::kFrameRate, 0.1, 2000, "Hz");
  d.Float("ExposureTime", reg::kExposureTime, 10, 100'000, "us");
  d.Float("Gain", reg::kGain, 0, 24, "dB");
  d.Raw("<Integer Name=\"TriggerSelectorValue\"><Value>0</Value></Integer>\n");
  d.Choice("TriggerSelector", "TriggerSelectorValue", {{"FrameStart", 0}});
  d.Choice("TriggerMode", reg::kTriggerMode, {{"Off", 0}, {"On", 1}});
  d.Choice("TriggerSource", reg::kTriggerSource, {{"Software", 0}, {"Line0", 1}, {"Line1", 2}});
  d.Choice("TriggerActivation", reg::kTriggerActivation, {{"RisingEdge", 0}, {"FallingEdge", 1}});
  d.Command("TriggerSoftware", reg::kTriggerSoftware, 1);

  d.Raw(fmt::format(
      "<Command Name=\"GevSCPSFireTestPacket\" NameSpace=\"Standard\">"
      "<pValue>FireTestPacketReg</pValue><CommandValue>1</CommandValue></Command>\n"
      "<MaskedIntReg Name=\"FireTestPacketReg\"><Address>{}</Address><Length>4</Length>"
      "<AccessMode>RW</AccessMode><pPort>Device</pPort><Cachable>NoCache</Cachable><Bit>0</Bit>"
      "<Endianess>BigEndian</Endianess></MaskedIntReg>\n",
      reg::kPacketSize));
  d.Command("GevTimestampControlLatch", reg::kTimestampControl, 2);
  d.Raw(
      "<IntSwissKnife Name=\"GevTimestampValue\" NameSpace=\"Standard\">"
      "<pVariable Name=\"HIGH\">TimestampHighReg</pVariable>"
      "<pVariable Name=\"LOW\">TimestampLowReg</pVariable>"
      "<Formula>(HIGH &lt;&lt; 32) | LOW</Formula></IntSwissKnife>\n");
  d.Register("TimestampHighReg", reg::kTimestampHigh, "RO");
  d.Register("TimestampLowReg", reg::kTimestampLow, "RO");
  d.Raw(
      "<Integer Name=\"TLParamsLocked\"><Visibility>Invisible</Visibility><Value>0</Value>"
      "<Min>0</Min><Max>1</Max></Integer>\n");

  d.Raw(
      "<Boolean Name=\"ChunkModeActive\" NameSpace=\"Standard\"><pValue>ChunkModeActiveReg</pValue>"
      "<OnValue>1</OnValue><OffValue>0</OffValue></Boolean>\n");
  d.Register("ChunkModeActiveReg", reg::kChunkModeActive, "RW");
  d.Raw("<Integer Name=\"ChunkSelectorValue\"><Value>0</Value></Integer>\n");
  d.Choice(
      "ChunkSelector", "ChunkSelectorValue",
      {{"EncoderValue", 0}, {"TriggerCounter", 1}, {"IgnoredTriggers", 2}, {"LineStatusAll", 3}});
  d.Raw(
      "<Boolean Name=\"ChunkEnable\" NameSpace=\"Standard\"><pValue>ChunkEnableReg</pValue>"
      "<OnValue>1</OnValue><OffValue>0</OffValue></Boolean>\n");
  d.Register("ChunkEnableReg", reg::kChunkEnable, "RW",
             "<pIndex Offset=\"4\">ChunkSelectorValue</pIndex>");
  d.Chunk("ChunkEncoderValue", GigeChunk::kEncoder);
  d.Chunk("ChunkTriggerCounter", GigeChunk::kTriggers);
  d.Chunk("ChunkIgnoredTriggers", GigeChunk::kIgnoredTriggers);
  d.Chunk("ChunkLineStatusAll", GigeChunk::kLineStatus);
  return std::move(d).Finish();
}

}  // namespace veriline::linesim
