;; Tells of a panic, and traps.
;; Limit: none: a panic is not a pass, and its message is kept.
(module
  (import "keyreeve:policy/diagnostics@1.1.0" "panic" (func $panic (param i32 i32)))
  (data (i32.const 2300) "the list was not empty")
  (;rule;)
  (;head;)
    (call $panic (i32.const 2300) (i32.const 22))
    (unreachable)))
