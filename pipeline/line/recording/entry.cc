// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line/recording/entry.h"

#include <utility>

#include "pipeline/line/recording/bytes.h"

namespace veriline::line {
namespace {

/// First byte of an entry. Numbers are stable.
enum class EntryType : uint8_t {
  kRunning = 1,
  kBelt = 2,
  kItemOpened = 3,
  kItemClosed = 4,
  kItemExpired = 5,
  kItemFinal = 6,
  kFrameArrived = 7,
  kFrameDropped = 8,
  kFrameDone = 9,
  kClaimNotWritten = 10,
  kConfirmation = 11,
  kPixels = 12,
  kCodeHeld = 13,
  kClaimRefused = 14,
  kRecord = 15,
  kLost = 16,
  kEnd = 17,
};

/// Writes and reads with one description of the fields each: `io(field)` for plain ones.
struct Out {
  ByteWriter& w;
  template <class T>
  void operator()(const T& value) {
    w.Put(value);
  }
  template <class E>
  void operator()(const E& value, E) {
    w.Put(value);
  }
  template <class... Ts>
  void All(const Ts&... values) {
    ((*this)(values), ...);
  }
};
struct In {
  ByteReader& r;
  template <class T>
  void operator()(T& value) {
    r.Get(&value);
  }
  template <class E>
  void operator()(E& value, E last) {
    r.Get(&value, last);
  }
  template <class... Ts>
  void All(Ts&... values) {
    ((*this)(values), ...);
  }
};

template <class Io, class T>
void Stamp(Io& io, T& s) {
  io(s.camera);
  io(s.frame_id);
  io(s.exposure_ns);
  io(s.arrival_ns);
  io(s.encoder_count);
  io(s.encoder_count_end);
  io(s.status, FrameStatus::kBroken);
}
void Part(Out& io, const item::PartId& part_id) { io(part_id.view()); }
void Part(In& io, item::PartId& part_id) {
  const auto read = item::PartId::From(io.r.View());
  if (read) {
    part_id = *read;
  } else {
    io.r.Fail();
  }
}
template <class Io, class T>
void Track(Io& io, T& t) {
  io(t.lane);
  io(t.item_seq);
  io(t.from_count);
  io(t.to_count);
  io(t.trigger_ns);
  io(t.closed);
  io(t.overlong);
  Part(io, t.part_id);
}
template <class Io, class T>
void HolderOf(Io& io, T& answer) {
  io.All(answer.holder.line_id, answer.holder.lane, answer.holder.item_seq, answer.claimed_utc_ns);
}
template <class Io, class T>
void Times(Io& io, T& t) {
  io(t.trigger_ns);
  io(t.exposure_ns);
  io(t.last_pixel_ns);
  io(t.decision_ns);
  io(t.sent_ns);
}
template <class Io, class T>
void Corners(Io& io, T& quad) {
  for (auto& corner : quad.corners) {
    io(corner.x);
    io(corner.y);
  }
}
void Reasons(Out& io, const item::ReasonSet& reasons) { io(reasons.bits()); }
void Reasons(In& io, item::ReasonSet& reasons) {
  uint32_t bits = 0;
  io(bits);
  reasons = item::ReasonSet(bits);
}
template <class Io, class T>
void VerdictOf(Io& io, T& v) {
  io(v.lane);
  io(v.item_seq);
  io(v.from_count);
  io(v.to_count);
  io(v.accepted);
  io(v.primary, item::RejectReason::kOutOfSequence);
  Reasons(io, v.reasons);
  Times(io, v.times);
  Part(io, v.part_id);
}
void Bytes(Out& io, const PayloadBytes& bytes) { io(bytes.view()); }
void Bytes(In& io, PayloadBytes& bytes) { bytes.Assign(io.r.View()); }

constexpr auto kLastSymbology = static_cast<Symbology>(kSymbologyCount - 1);

template <class Io, class T>
void GradeOf(Io& io, T& g) {
  io(g.graded);
  io(g.edition, grading::kLastEdition);
  io(g.overall);
  io(g.uncertainty);
  io(g.limited_by, static_cast<grading::Parameter>(grading::kParameterCount - 1));
  io(g.indications);
  io(g.flag, item::GradeFlag::kReject);
  for (auto& letter : g.formal) io(letter);
  for (auto& p : g.parameters) {
    io(p.value);
    io(p.grade);
  }
}
template <class Io, class T>
void SymbolOf(Io& io, T& s) {
  io(s.symbology, kLastSymbology);
  for (auto& letter : s.identifier) io(letter);
  Bytes(io, s.payload);
  Bytes(io, s.text);
  Corners(io, s.quad);
  io(s.decoder, Decoder::kDmtx);
  io(s.mirrored);
  io(s.inverted);
  io(s.rows);
  io(s.cols);
  io(s.errors_corrected);
  io(s.error_capacity);
  Bytes(io, s.addon);
}
template <class Io, class T>
void CodeOf(Io& io, T& c) {
  io(c.role, item::CodeRole::kIgnored);
  io(c.symbology, kLastSymbology);
  io(c.identifier);
  io(c.payload);
  io(c.text);
  io(c.hri);
  Corners(io, c.quad);
  io(c.center_counts);
  io(c.decoder, Decoder::kDmtx);
  io(c.errors_corrected);
  GradeOf(io, c.grade);
  io(c.camera);
  io(c.frame_id);
}

template <class T, class Fields>
void List(Out& io, const std::vector<T>& list, Fields fields) {
  io(static_cast<uint32_t>(list.size()));
  for (const T& value : list) fields(io, value);
}
template <class T, class Fields>
void List(In& io, std::vector<T>& list, Fields fields) {
  uint32_t size = 0;
  io(size);
  // Grows with what is really there: the number alone is not believed.
  for (uint32_t i = 0; i < size && io.r.ok(); ++i) fields(io, list.emplace_back());
}

template <class Io, class T>
void FrameTextOf(Io& io, T& t) {
  io(t.line);
  io(t.symbol);
  io(t.lane);
  io(t.state, item::TextState::kNoValue);
  Bytes(io, t.expected);
  Bytes(io, t.read);
  io(t.margin_ratio);
  Corners(io, t.place);
}
template <class Io, class T>
void TextOf(Io& io, T& t) {
  io(t.name);
  io(t.number);
  io(t.state, item::TextState::kNoValue);
  io(t.expected);
  io(t.read);
  io(t.margin_ratio);
  Corners(io, t.place);
  io(t.center_counts);
  io(t.camera);
  io(t.frame_id);
}

template <class Io, class T>
void ResultOf(Io& io, T& r) {
  Stamp(io, r.stamp);
  io(r.width_px);
  io(r.height_px);
  List(io, r.symbols, [](Io& o, auto& symbol) { SymbolOf(o, symbol); });
  List(io, r.grades, [](Io& o, auto& grade) { GradeOf(o, grade); });
  List(io, r.texts, [](Io& o, auto& text) { FrameTextOf(o, text); });
  List(io, r.expected_numbers, [](Io& o, auto& number) { o(number); });
  io(r.partial);
  io(r.rungs_skipped);
  io(r.done_ns);
}
template <class Io, class T>
void RecordOf(Io& io, T& r) {
  io(r.kind, item::RecordKind::kStray);
  io(r.line_id);
  io(r.lane);
  io(r.item_seq);
  io(r.from_count);
  io(r.to_count);
  io(r.accepted);
  io(r.primary, item::RejectReason::kOutOfSequence);
  Reasons(io, r.reasons);
  io(r.detail);
  List(io, r.codes, [](Io& o, auto& code) { CodeOf(o, code); });
  Times(io, r.times);
  io(r.utc_ns);
  io(r.batch);
  io(r.recipe_name);
  io(r.recipe_hash);
  io(r.part_id);
  List(io, r.texts, [](Io& o, auto& text) { TextOf(o, text); });
}
template <class Io, class T>
void PixelsOf(Io& io, T& p) {
  io(p.name.camera);
  io(p.name.frame_id);
  io(p.name.arrival_ns);
  io(p.offset);
}

template <class Fields>
std::string Written(EntryType type, Fields fields) {
  ByteWriter writer;
  writer.Put(type);
  Out io{writer};
  fields(io);
  return writer.Take();
}

}  // namespace

std::string Encode(const RunningIs& e) {
  return Written(EntryType::kRunning, [&](Out& io) { io(e.running); });
}
std::string Encode(const BeltAt& e) {
  return Written(EntryType::kBelt, [&](Out& io) {
    io(e.now_ns);
    io(e.count);
  });
}
std::string Encode(const PixelsAt& e) {
  return Written(EntryType::kPixels, [&](Out& io) { PixelsOf(io, e); });
}
std::string Encode(const CodeHeld& e) {
  return Written(EntryType::kCodeHeld, [&](Out& io) {
    io(e.key.bytes());
    HolderOf(io, e.answer);
  });
}
std::string Encode(const ClaimRefused& e) {
  return Written(EntryType::kClaimRefused, [&](Out& io) { io.All(e.lane, e.item_seq); });
}
std::string Encode(const item::InspectionRecord& e) {
  return Written(EntryType::kRecord, [&](Out& io) { RecordOf(io, e); });
}
std::string Encode(const EntriesLost& e) {
  return Written(EntryType::kLost, [&](Out& io) { io(e.entries); });
}
std::string Encode(const SessionEnd&) {
  return Written(EntryType::kEnd, [](Out&) {});
}

namespace {
struct EventEncoder {
  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(const ItemOpened& e) const {
    return Written(EntryType::kItemOpened, [&](Out& io) { Track(io, e.track); });
  }
  std::string operator()(const ItemClosed& e) const {
    return Written(EntryType::kItemClosed, [&](Out& io) { Track(io, e.track); });
  }
  std::string operator()(const ItemExpired& e) const {
    return Written(EntryType::kItemExpired, [&](Out& io) { Track(io, e.track); });
  }
  std::string operator()(const ItemFinal& e) const {
    return Written(EntryType::kItemFinal, [&](Out& io) { VerdictOf(io, e.verdict); });
  }
  std::string operator()(const FrameArrived& e) const {
    return Written(EntryType::kFrameArrived, [&](Out& io) { Stamp(io, e.stamp); });
  }
  std::string operator()(const FrameDropped& e) const {
    return Written(EntryType::kFrameDropped, [&](Out& io) { Stamp(io, e.stamp); });
  }
  std::string operator()(const FrameDone& e) const {
    return Written(EntryType::kFrameDone, [&](Out& io) { ResultOf(io, std::as_const(*e.result)); });
  }
  std::string operator()(const ClaimNotWritten& e) const {
    return Written(EntryType::kClaimNotWritten, [&](Out& io) {
      io.All(e.lane, e.item_seq, e.store_failed);
      const auto answer = e.refused.value_or(batch::ReserveAnswer());
      io(e.refused.has_value());
      io(answer.outcome == batch::ReserveOutcome::kDuplicate);
      HolderOf(io, answer);
    });
  }
  std::string operator()(const item::ItemConfirmation& e) const {
    return Written(EntryType::kConfirmation,
                   [&](Out& io) { io.All(e.lane, e.item_seq, e.passed); });
  }
};

/// Reads one entry, whose lanes and views must be those of the recipe.
class EntryDecoder {
 public:
  EntryDecoder(std::string_view bytes, int lanes, size_t views, size_t texts)
      : reader_(bytes), lanes_(lanes), views_(views), texts_(texts) {}

  std::optional<Entry> Decode() {
    uint8_t type = 0;
    io_(type);
    Entry entry = Body(static_cast<EntryType>(type));
    if (!reader_.ok() || !reader_.left().empty() || !known_ || entry.index() == 0) return {};
    return entry;
  }

 private:
  void CheckLane(int lane) { known_ = known_ && lane >= 0 && lane < lanes_; }
  void CheckView(size_t view) { known_ = known_ && view < views_; }
  void CheckText(const FrameText& text, size_t symbols) {
    known_ = known_ && (text.line == FrameText::kNumber || text.line < texts_) &&
             text.state != item::TextState{} && text.symbol >= -1 &&
             text.symbol < static_cast<int64_t>(symbols);
  }

  template <class E>
  Event OfTrack() {
    E e;
    Track(io_, e.track);
    CheckLane(e.track.lane);
    return e;
  }
  template <class E>
  Event OfStamp() {
    E e;
    Stamp(io_, e.stamp);
    CheckView(e.stamp.camera);
    return e;
  }

  Entry Body(EntryType type) {
    switch (type) {
      case EntryType::kRunning: {
        RunningIs e;
        io_(e.running);
        return e;
      }
      case EntryType::kBelt: {
        BeltAt e;
        io_(e.now_ns);
        io_(e.count);
        return e;
      }
      case EntryType::kItemOpened:
        return OfTrack<ItemOpened>();
      case EntryType::kItemClosed:
        return OfTrack<ItemClosed>();
      case EntryType::kItemExpired:
        return OfTrack<ItemExpired>();
      case EntryType::kItemFinal: {
        ItemFinal e;
        VerdictOf(io_, e.verdict);
        CheckLane(e.verdict.lane);
        return Event(e);
      }
      case EntryType::kFrameArrived:
        return OfStamp<FrameArrived>();
      case EntryType::kFrameDropped:
        return OfStamp<FrameDropped>();
      case EntryType::kFrameDone: {
        FrameDone e{std::make_unique<FrameResult>()};
        ResultOf(io_, *e.result);
        CheckView(e.result->stamp.camera);
        for (Symbol& symbol : e.result->symbols) known_ = known_ && symbol.identifier.back() == 0;
        for (const FrameText& t : e.result->texts) CheckText(t, e.result->symbols.size());
        for (const item::CodeGrade& g : e.result->grades) known_ = known_ && g.formal.back() == 0;
        return Event(std::move(e));
      }
      case EntryType::kClaimNotWritten: {
        ClaimNotWritten e;
        io_.All(e.lane, e.item_seq, e.store_failed);
        bool refused = false, duplicate = false;
        batch::ReserveAnswer answer;
        io_(refused);
        io_(duplicate);
        HolderOf(io_, answer);
        if (duplicate) answer.outcome = batch::ReserveOutcome::kDuplicate;
        if (refused) e.refused = answer;
        CheckLane(e.lane);
        return Event(e);
      }
      case EntryType::kConfirmation: {
        item::ItemConfirmation e;
        io_.All(e.lane, e.item_seq, e.passed);
        return Event(e);
      }
      case EntryType::kPixels: {
        PixelsAt e;
        PixelsOf(io_, e);
        return e;
      }
      case EntryType::kCodeHeld:
        return Held();
      case EntryType::kClaimRefused: {
        ClaimRefused e;
        io_.All(e.lane, e.item_seq);
        return e;
      }
      case EntryType::kRecord: {
        item::InspectionRecord e;
        RecordOf(io_, e);
        for (const item::TextResult& t : e.texts) known_ = known_ && t.state != item::TextState{};
        for (const item::CodeResult& c : e.codes) known_ = known_ && c.grade.formal.back() == 0;
        return e;
      }
      case EntryType::kLost: {
        EntriesLost e;
        io_(e.entries);
        return e;
      }
      case EntryType::kEnd:
        return SessionEnd{};
    }
    return {};
  }

  Entry Held() {
    const std::optional<batch::CodeKey> key = batch::CodeKey::FromBytes(reader_.View());
    known_ = key.has_value();
    CodeHeld e;
    if (key) e.key = *key;
    e.answer.outcome = batch::ReserveOutcome::kDuplicate;
    HolderOf(io_, e.answer);
    return e;
  }

  ByteReader reader_;
  In io_{reader_};
  const int lanes_;
  const size_t views_;
  const size_t texts_;
  bool known_ = true;
};
}  // namespace

std::string Encode(const Event& entry) { return std::visit(EventEncoder{}, entry); }

std::optional<Entry> Decode(std::string_view bytes, int lanes, size_t views, size_t texts) {
  return EntryDecoder(bytes, lanes, views, texts).Decode();
}

bool IsRunningEntry(std::string_view bytes) {
  return !bytes.empty() && static_cast<EntryType>(bytes[0]) == EntryType::kRunning;
}

}  // namespace veriline::line
