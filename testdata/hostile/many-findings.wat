;; Answers 200 findings about three facts.
;; Limit: the number of findings for each fact.
(module
  (;rule;)
  (;finding;)
  (;head;)
    (local $at i32)
    (local.set $at (i32.const 4096))
    (loop $again
      (call $text (i32.add (local.get $at) (i32.const 36)) (i32.const 2240) (i32.const 18))
      (br_if $again (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 60))) (i32.const 16096))))
    (call $answer (i32.const 200))))
