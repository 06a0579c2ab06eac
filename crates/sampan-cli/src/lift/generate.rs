// SPDX-License-Identifier: Apache-2.0
//! The two C files of a lifted library.
//!
//! Both sides number the functions by their order. Parameters and results cross as 64-bit words: numbers of any
//! type by their value, floating-point ones by their bits, pointers as addresses of the container's own copy.

use super::description::{Data, Description, Function, Parameter};

const NOTE: &str = "Made by `sampan lift`; do not edit.";

/// What firmware links in the library's place.
pub(super) fn shim(description: &Description, buffer_bytes: u32) -> String {
    let name = description.name();
    let mut text = head(description, "the library as firmware calls it: each call goes to the container.");
    text.push_str("#include \"sampan_lift.h\"\n\n#include <string.h>\n\n");
    text.push_str(&word_helpers());
    text.push_str(&format!(
        "struct sampan_lift {name}_lift = {{.module = \"lift:{name}\", .buffer_len = {buffer_bytes}}};\n"
    ));
    for (number, function) in description.function.iter().enumerate() {
        text.push_str(&shim_function(name, number, function));
    }
    text
}

fn shim_function(library: &str, number: usize, function: &Function) -> String {
    let failure =
        function.on_failure.as_ref().map_or("return;".to_owned(), |value| format!("return {value};"));
    let (values, buffers) = (function.parameters.len(), pointers(function).count());
    let mut text = format!("\n{} {}({})\n{{\n", function.returns, function.name, parameter_list(function));
    text.push_str(&format!("    uint64_t values[{}] = {{0}}, result;\n", values.max(1)));
    for (idx, parameter) in function.parameters.iter().enumerate().filter(|(_, p)| p.data.is_none()) {
        text.push_str(&format!("    values[{idx}] = SAMPAN_WORD_OF({});\n", parameter.name));
    }
    if buffers > 0 {
        text.push_str("    struct sampan_lift_buffer buffers[] = {\n");
        for (idx, parameter) in pointers(function) {
            text.push_str(&format!("        {{{}, {idx}}},\n", buffer(parameter)));
        }
        text.push_str("    };\n");
    }
    let list = if buffers > 0 { "buffers" } else { "NULL" };
    text.push_str(&format!(
        "    if (!sampan_lift_call(&{library}_lift, {number}, values, {values}, {list}, {buffers}, &result)) {{\n        \
         {failure}\n    }}\n"
    ));
    if !function.is_void() {
        text.push_str(&format!(
            "    {} value;\n    SAMPAN_OF_WORD(value, result);\n    return value;\n",
            function.returns
        ));
    }
    text.push_str("}\n");
    text
}

/// Initialisers of a `struct sampan_lift_buffer`, up to the parameter's number.
fn buffer(parameter: &Parameter) -> String {
    let name = &parameter.name;
    let len = match &parameter.bytes {
        // A NULL points to nothing, however much that would be.
        Some(bytes) => format!("{name} == NULL ? 0 : (int64_t)({bytes})"),
        None => format!("{name} == NULL ? 0 : (int64_t)strlen({name}) + 1"),
    };
    match parameter.data {
        Some(Data::Out) => format!("NULL, {name}, {len}"),
        Some(Data::Inout) => format!("{name}, {name}, {len}"),
        _ => format!("{name}, NULL, {len}"),
    }
}

/// The container's program.
pub(super) fn container(description: &Description, buffer_bytes: u32) -> String {
    let name = description.name();
    let mut text =
        head(description, "the container around the library: it waits for calls and carries them out.");
    text.push_str("#include <stdint.h>\n#include <string.h>\n\n");
    text.push_str(&format!(
        "__attribute__((import_module(\"lift:{name}\"), import_name(\"next\")))\n\
         uint32_t lift_next(uint64_t *values, uint8_t *buffer);\n\
         __attribute__((import_module(\"lift:{name}\"), import_name(\"done\")))\n\
         void lift_done(uint64_t result);\n\n"
    ));
    text.push_str(&word_helpers());
    text.push_str(&format!(
        "static uint64_t values[12];\nstatic _Alignas(8) uint8_t buffer[{buffer_bytes}];\n"
    ));
    for (number, function) in description.function.iter().enumerate() {
        text.push_str(&container_function(number, function));
    }
    text.push_str("\nint main(void)\n{\n    for (;;) {\n        switch (lift_next(values, buffer)) {\n");
    for number in 0..description.function.len() {
        text.push_str(&format!(
            "        case {number}:\n            lift_done(call_{number}());\n            break;\n"
        ));
    }
    text.push_str("        default:\n            __builtin_trap();\n        }\n    }\n}\n");
    text
}

fn container_function(number: usize, function: &Function) -> String {
    let mut text = format!("\nstatic uint64_t call_{number}(void)\n{{\n");
    let mut names = Vec::new();
    for (idx, parameter) in function.parameters.iter().enumerate() {
        let name = format!("p{idx}");
        match parameter.data {
            Some(_) => text.push_str(&format!(
                "    {} {name} = ({})(uintptr_t)values[{idx}];\n",
                parameter.kind, parameter.kind
            )),
            None => text.push_str(&format!(
                "    {} {name};\n    SAMPAN_OF_WORD({name}, values[{idx}]);\n",
                parameter.kind
            )),
        }
        names.push(name);
    }
    let call = format!("{}({})", function.name, names.join(", "));
    if function.is_void() {
        text.push_str(&format!("    {call};\n    return 0;\n}}\n"));
    } else {
        text.push_str(&format!(
            "    {} result = {call};\n    return SAMPAN_WORD_OF(result);\n}}\n",
            function.returns
        ));
    }
    text
}

fn head(description: &Description, what: &str) -> String {
    let headers = description.library.headers.iter().map(|header| format!("#include \"{header}\"\n"));
    format!("/* {NOTE} */\n/* {}: {what} */\n{}", description.name(), headers.collect::<String>())
}

/// Numbers as words and back: by their bytes, so that a floating-point number's bits stay what they are.
/// Both sides are little-endian.
fn word_helpers() -> String {
    "#define SAMPAN_WORD_OF(number) \\\n    \
     (__extension__({ \\\n        \
         uint64_t word_ = 0; \\\n        \
         __typeof__(number) number_ = (number); \\\n        \
         _Static_assert(sizeof number_ <= sizeof word_, \"a parameter is larger than 64 bits\"); \\\n        \
         memcpy(&word_, &number_, sizeof number_); \\\n        \
         word_; \\\n    \
     }))\n\
     #define SAMPAN_OF_WORD(number, word) memcpy(&(number), &(word), sizeof(number))\n\n"
        .to_owned()
}

fn parameter_list(function: &Function) -> String {
    if function.parameters.is_empty() {
        return "void".to_owned();
    }
    let list = function.parameters.iter().map(|parameter| format!("{} {}", parameter.kind, parameter.name));
    list.collect::<Vec<_>>().join(", ")
}

/// The parameters that are pointers, with their numbers.
fn pointers(function: &Function) -> impl Iterator<Item = (usize, &Parameter)> {
    function.parameters.iter().enumerate().filter(|(_, parameter)| parameter.data.is_some())
}
