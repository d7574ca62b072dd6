;; 90 findings that share one text of 16 KiB: little for the rule, much for the host.
;; Limit: the bytes of an answer in proportion to the facts.
(module
  (;rule;)
  (;finding;)
  (;head;)
    (local $at i32)
    (memory.fill (i32.const 65536) (i32.const 97) (i32.const 16384))
    (local.set $at (i32.const 4096))
    (loop $again
      (call $text (i32.add (local.get $at) (i32.const 36)) (i32.const 65536) (i32.const 16384))
      (br_if $again (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 60))) (i32.const 9496))))
    (call $answer (i32.const 90))))
