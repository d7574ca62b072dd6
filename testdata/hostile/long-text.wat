;; A message of 64 KiB.
;; Limit: the bytes of a text.
(module
  (;rule;)
  (;finding;)
  (;head;)
    (memory.fill (i32.const 65536) (i32.const 97) (i32.const 65536))
    (drop (call $answer (i32.const 1)))
    (call $text (i32.const 4132) (i32.const 65536) (i32.const 65536))
    (i32.const 512)))
