//===- MutateModel.cpp - Mutations that leave a model well-formed ---------===//
//
// Part of Tacit, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Random bytes seldom form a valid protobuf message. Three mutations of four change the
// message instead: a field, an element of a repeated one, or a name that is replaced by
// another name of the model.
//
//===----------------------------------------------------------------------===//

#define ONNX_ML 1
#define ONNX_NAMESPACE onnx
#include <google/protobuf/message.h>
#include <onnx/onnx_pb.h>
#include <random>

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

namespace {
/// A value in a message: a field, or an element of a repeated one.
struct Place {
  Message *message;
  const FieldDescriptor *field;
  int index; ///< -1 for a field that is not repeated
};

class Mutator {
public:
  Mutator(Message &model, unsigned seed) : random(seed) { collect(model); }

  void mutate() {
    if (places.empty())
      return;
    Place place = places[below(places.size())];
    const Reflection *reflection = place.message->GetReflection();
    if (place.index >= 0 && below(4) == 0)
      return mutateElements(place, *reflection);
    switch (place.field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return mutateString(place, *reflection);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return mutateMessage(place, *reflection);
    default:
      return mutateNumber(place, *reflection);
    }
  }

private:
  size_t below(size_t bound) {
    return std::uniform_int_distribution<size_t>(0, bound - 1)(random);
  }

  void collect(Message &message) {
    const Reflection *reflection = message.GetReflection();
    std::vector<const FieldDescriptor *> fields;
    reflection->ListFields(message, &fields);
    for (const FieldDescriptor *field : fields) {
      bool isMessage = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
      int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
      for (int i = 0; i < count; ++i) {
        int index = field->is_repeated() ? i : -1;
        places.push_back({&message, field, index});
        if (isMessage)
          collect(index < 0 ? *reflection->MutableMessage(&message, field)
                            : *reflection->MutableRepeatedMessage(&message, field, i));
        else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING)
          texts.push_back(text({&message, field, index}, *reflection));
      }
    }
  }

  static std::string text(const Place &place, const Reflection &reflection) {
    return place.index < 0
               ? reflection.GetString(*place.message, place.field)
               : reflection.GetRepeatedString(*place.message, place.field, place.index);
  }

  /// Removes the last element, or changes the order.
  void mutateElements(const Place &place, const Reflection &reflection) {
    int count = reflection.FieldSize(*place.message, place.field);
    if (below(2) == 0)
      reflection.RemoveLast(place.message, place.field);
    else
      reflection.SwapElements(place.message, place.field, place.index, below(count));
  }

  /// Replaces a text by another one of the model, or by a changed one.
  void mutateString(const Place &place, const Reflection &reflection) {
    std::string value = text(place, reflection);
    if (below(4) != 0) {
      value = texts[below(texts.size())];
    } else {
      size_t size = value.size(), room = size + 16;
      value.resize(room);
      value.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t *>(value.data()), size, room));
    }
    if (place.index < 0)
      reflection.SetString(place.message, place.field, value);
    else
      reflection.SetRepeatedString(place.message, place.field, place.index, value);
  }

  /// Clears a message, or copies another message of its type.
  void mutateMessage(const Place &place, const Reflection &reflection) {
    Message &target =
        place.index < 0
            ? *reflection.MutableMessage(place.message, place.field)
            : *reflection.MutableRepeatedMessage(place.message, place.field, place.index);
    Place other = places[below(places.size())];
    if (other.field == place.field && other.index >= 0 && place.index >= 0) {
      std::unique_ptr<Message> copy(target.New());
      copy->CopyFrom(other.message->GetReflection()->GetRepeatedMessage(
          *other.message, other.field, other.index));
      target.CopyFrom(*copy);
    } else if (below(8) == 0) {
      target.Clear();
    } else if (place.index >= 0) {
      std::unique_ptr<Message> copy(target.New());
      copy->CopyFrom(target);
      reflection.AddMessage(place.message, place.field)->CopyFrom(*copy);
    }
  }

  void mutateNumber(const Place &place, const Reflection &reflection) {
    static constexpr int64_t kNumbers[] = {
        0,  1,  -1,        2,         3,         4,         5,
        7,  8,  9,         10,        11,        13,        16,
        64, -2, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, int64_t(1) << 31};
    int64_t number = kNumbers[below(std::size(kNumbers))];
    Message *message = place.message;
    auto set = [&](auto setOne, auto setRepeated, auto value) {
      if (place.index < 0)
        (reflection.*setOne)(message, place.field, value);
      else
        (reflection.*setRepeated)(message, place.field, place.index, value);
    };
    switch (place.field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return set(&Reflection::SetInt32, &Reflection::SetRepeatedInt32, int32_t(number));
    case FieldDescriptor::CPPTYPE_INT64:
      return set(&Reflection::SetInt64, &Reflection::SetRepeatedInt64, number);
    case FieldDescriptor::CPPTYPE_UINT64:
      return set(&Reflection::SetUInt64, &Reflection::SetRepeatedUInt64, uint64_t(number));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return set(&Reflection::SetFloat, &Reflection::SetRepeatedFloat, float(number));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return set(&Reflection::SetDouble, &Reflection::SetRepeatedDouble, double(number));
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto *type = place.field->enum_type();
      return set(&Reflection::SetEnum, &Reflection::SetRepeatedEnum,
                 type->value(below(type->value_count())));
    }
    default:
      return;
    }
  }

  std::minstd_rand random;
  std::vector<Place> places;
  std::vector<std::string> texts;
};
} // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize,
                                          unsigned seed) {
  onnx::ModelProto model;
  if (seed % 4 == 0 || !model.ParseFromArray(data, size))
    return LLVMFuzzerMutate(data, size, maxSize);
  // The collected values may be gone after a change.
  for (unsigned i = 0; i <= seed / 4 % 3; ++i)
    Mutator(model, seed + i).mutate();
  size_t changed = model.ByteSizeLong();
  if (changed > maxSize || !model.SerializeToArray(data, changed))
    return LLVMFuzzerMutate(data, size, maxSize);
  return changed;
}
