;; Has the host copy a long text between two components inside it, from UTF-8 to UTF-16, for ever.
;; Limit: time: the copying is work that fuel does not see.
(component
  (component $reader
    (core module $code
      (memory (export "memory") 600)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
      (func (export "read") (param i32 i32)))
    (core instance $code (instantiate $code))
    (func (export "read") (param "text" string)
      (canon lift (core func $code "read") (memory $code "memory") (realloc (func $code "realloc")) string-encoding=utf16)))
  (instance $reader (instantiate $reader))
  (component $writer
    (import "read" (func $read (param "text" string)))
    (core module $text (memory (export "memory") 250))
    (core instance $text (instantiate $text))
    (core func $read (canon lower (func $read) (memory $text "memory") string-encoding=utf8))
    (core module $code
      (import "reader" "read" (func $read (param i32 i32)))
      (func $start
        (loop $again
          (call $read (i32.const 0) (i32.const 16000000))
          (br $again)))
      (start $start))
    (core instance (instantiate $code (with "reader" (instance (export "read" (func $read)))))))
  (instance (instantiate $writer (with "read" (func $reader "read"))))
  (core module $code
    (func (export "f") (result i32) (i32.const 0)))
  (core instance $code (instantiate $code))
  (func $f (result u32) (canon lift (core func $code "f")))
  (instance $rule (export "describe" (func $f)) (export "configure" (func $f)))
  (instance $keys (export "check" (func $f)))
  (export "keyreeve:policy/rule@1.1.0" (instance $rule))
  (export "keyreeve:policy/keys@1.1.0" (instance $keys)))
