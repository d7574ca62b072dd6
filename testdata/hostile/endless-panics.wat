;; Tells of one panic after the other, and has the host read a text each time.
;; Limit: the number of panics.
(module
  (import "keyreeve:policy/diagnostics@1.1.0" "panic" (func $panic (param i32 i32)))
  (;rule;)
  (;head;)
    (loop $again
      (call $panic (i32.const 131072) (i32.const 131072))
      (br $again))
    (unreachable)))
